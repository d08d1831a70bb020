#include "core/engine/request_parts.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "core/join/record_counts.h"

namespace plumbline {

RequestParts::RequestParts(const EventBatch* batch, BatchOutcome* outcome)
    : batch_(*batch),
      outcome_(*outcome),
      copier_(batch),
      command_(EventBatch{}),
      size_(batch->events.size() / 2) {}

size_t RequestParts::end() const {
  return begin_ +
         std::min(std::max<size_t>(size_, 1), batch_.events.size() - begin_);
}

const Command& RequestParts::Next(BatchOutcome* outcome) {
  auto& part = std::get<EventBatch>(command_);
  copier_.Begin(&part);
  for (size_t i = begin_; i < end(); ++i) copier_.Copy(batch_.events[i]);
  part.is_rest = !is_first();
  part.to_follow = is_first() ? RecordsOfPredictions(batch_, end()) : 0;
  *outcome = BatchOutcome();
  if (outcome_.report == nullptr) return command_;
  const BatchReport& whole = *outcome_.report;
  report_ = BatchReport();
  report_.counts_only = whole.counts_only;
  report_.most_bytes =
      whole.most_bytes - std::min(whole.bytes, whole.most_bytes);
  if (!whole.left_out.empty()) {
    const auto left_out = whole.left_out.begin();
    report_.left_out.assign(left_out + static_cast<ptrdiff_t>(begin_),
                            left_out + static_cast<ptrdiff_t>(end()));
  }
  outcome->report = &report_;
  return command_;
}

void RequestParts::Add(const BatchOutcome& outcome) {
  const auto offset = static_cast<uint32_t>(begin_);
  outcome_.accepted += outcome.accepted;
  outcome_.duplicates += outcome.duplicates;
  for (BatchOutcome::Error error : outcome.errors) {
    error.event += offset;
    outcome_.errors.push_back(error);
  }
  for (BatchOutcome::Warned warned : outcome.warnings) {
    warned.event += offset;
    outcome_.warnings.push_back(warned);
  }
  outcome_.changes.insert(outcome_.changes.end(), outcome.changes.begin(),
                          outcome.changes.end());
  if (outcome_.report != nullptr) AddReport();
  begin_ = end();
  // The next part may be larger again.
  size_ *= 2;
}

void RequestParts::AddReport() {
  BatchReport& whole = *outcome_.report;
  whole.now_ms = report_.now_ms;
  whole.prediction_count += report_.prediction_count;
  whole.label_count += report_.label_count;
  whole.pair_count += report_.pair_count;
  whole.lost_pairs += report_.lost_pairs;
  whole.bytes += report_.bytes;
  whole.taken.insert(whole.taken.end(), report_.taken.begin(),
                     report_.taken.end());
  for (BatchReport::Pair& pair : report_.pairs) {
    pair.event += static_cast<uint32_t>(begin_);
    whole.pairs.push_back(std::move(pair));
  }
}

}  // namespace plumbline
