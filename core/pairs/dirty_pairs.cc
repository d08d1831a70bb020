#include "core/pairs/dirty_pairs.h"

#include <algorithm>

#include "core/pairs/prefetch.h"

namespace plumbline {

void DirtyPairs::Begin() {
  waiting_.clear();
  waiting_.swap(changed_);
  next_ = 0;
  turn_ = waiting_turn();
  tag_ = tag_ == kLastTag ? kFirstTag : tag_ + 1;
  saving_ = true;
  copied_ = waiting_.size();
  // Frees the old memory before it allocates the new.
  if (copy_.capacity() < copied_) std::vector<Record>().swap(copy_);
  copy_.reserve(copied_);
}

bool DirtyPairs::CopySome(size_t n) {
  const size_t end = std::min(waiting_.size(), next_ + n);
  for (; next_ < end; ++next_) {
    if (next_ + 2 * kAhead < end) {
      Prefetch(&table_->at(waiting_[next_ + 2 * kAhead]));
    }
    if (next_ + kAhead < end) {
      table_->PrefetchIndex(table_->at(waiting_[next_ + kAhead]).key);
    }
    // A record that was removed, reused or copied with its chain does not wait.
    const Record& record = table_->at(waiting_[next_]);
    if (record.dirty == waiting_turn()) Copy(record.key);
  }
  return next_ == waiting_.size();
}

void DirtyPairs::CopyIfWaiting(const PairKey& key) {
  const bool waits = !table_->ChainIs(key, [this](const Record& record) {
    return record.dirty != waiting_turn();
  });
  if (waits) Copy(key);
}

void DirtyPairs::Copy(const PairKey& key) {
  for (uint32_t r = table_->Find(key); r != PairTable::kNone;
       r = table_->at(r).next) {
    Record& record = table_->at(r);
    record.dirty = tag_;
    copy_.push_back(record);
    copy_.back().dirty = 0;
  }
}

}  // namespace plumbline
