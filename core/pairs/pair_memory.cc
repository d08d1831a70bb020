#include "core/pairs/pair_memory.h"

#include <algorithm>

namespace plumbline {

void PairMemory::Limit(size_t records) {
  const bool bounded = records != SIZE_MAX;
  dirty_.Enable(bounded ? records / 2 : 0);
  limit_ = records;
}

void PairMemory::MakeRoom(size_t n, std::span<const PairKey> held) {
  if (table_.size() + n <= limit_) return;
  const size_t most = limit_ - std::min(n, limit_);
  const auto all_leave = [&](const PairKey& key, const auto& leaves) {
    return table_.ChainIs(key, leaves) &&
           !std::binary_search(held.begin(), held.end(), key);
  };
  const auto is_done = [this](const Record& record) {
    return record.joined && dirty_.MayLeave(record);
  };
  const auto leaves = [this](const Record& record) {
    return dirty_.MayLeave(record);
  };
  // Finds enough clean records if at least an eighth of all are clean.
  const size_t looks = std::min(8 * n + 1024, table_.circle());
  // Skips details: a long chain that stays would be walked for each of them.
  table_.Shrink(
      looks, most,
      [&](const Record& record) {
        return is_done(record) && !record.is_detail();
      },
      [&](const PairKey& key) { return all_leave(key, is_done); });
  const auto shrink = [&](size_t n_looks, size_t n_left) {
    table_.Shrink(n_looks, n_left, leaves,
                  [&](const PairKey& key) { return all_leave(key, leaves); });
  };
  shrink(looks, most);
  // Looks at all records if these looks did not find enough.
  const size_t left = std::max(most, dirty_.held());
  if (table_.size() > left) shrink(table_.circle(), left);
}

void PairMemory::Leave() {
  if (LacksRoomFor(0)) MakeRoom(0);
  // Memory can only be released as a whole, after all records have left. This
  // happens only if a group may exceed the limit, so there are few records.
  if (!IsOver() || dirty_.held() > 0) return;
  MakeRoom(limit_);
  if (table_.size() > 0) return;
  table_.Clear();
  dirty_.Clear();
}

}  // namespace plumbline
