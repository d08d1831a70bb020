#include "core/join/record_counts.h"

#include <algorithm>

#include "core/event/text_hash.h"
#include "core/join/batch_names.h"
#include "core/pairs/class_set.h"

namespace plumbline {
namespace {

bool HasSets(const EventBatch& batch) {
  return std::any_of(batch.events.begin(), batch.events.end(),
                     [](const Event& event) {
                       return event.prediction_kind == ValueKind::kSet ||
                              event.label_kind == ValueKind::kSet;
                     });
}

uint32_t LabelDetails(const Event& event) {
  return event.label_kind == ValueKind::kSet
             ? SetDetails(Range::Of(event.label).count)
             : 0;
}

// Counts the copies of label sets that the batches of one group may need.
class SetCopyCount {
 public:
  explicit SetCopyCount(State* state) : state_(state), names_(state) {}

  size_t Count(const std::vector<const EventBatch*>& batches) {
    FindPredicted(batches);
    size_t copies = 0;
    for (const EventBatch* batch : batches) {
      names_.Begin(*batch);
      for (const Event& event : batch->events) {
        if (event.has_id) copies += CopiesOf(*batch, event);
      }
    }
    return copies;
  }

 private:
  void FindPredicted(const std::vector<const EventBatch*>& batches) {
    for (const EventBatch* batch : batches) {
      names_.Begin(*batch);
      for (const Event& event : batch->events) {
        if (event.has_id && event.prediction_kind != ValueKind::kNone) {
          predicted_.push_back(AnyKeyOf(*batch, event));
        }
      }
    }
    std::sort(predicted_.begin(), predicted_.end());
  }

  // Each record that holds a label has its own copy of the set: those of the
  // chain, and those that the group adds.
  size_t CopiesOf(const EventBatch& batch, const Event& event) {
    const PairKey key = AnyKeyOf(batch, event);
    size_t holders = 1;
    size_t standing = 0;
    const PairTable& table = state_->table();
    for (uint32_t r = table.Find(key); r != PairTable::kNone;
         r = table.at(r).next) {
      const RecordKind kind = table.at(r).kind();
      standing += kind == RecordKind::kLabelDetail;
      holders += kind == RecordKind::kPrediction || kind == RecordKind::kLabel;
    }
    const auto [begin, end] =
        std::equal_range(predicted_.begin(), predicted_.end(), key);
    holders += static_cast<size_t>(end - begin);
    return (event.prediction_kind != ValueKind::kNone ? standing : 0) +
           holders * LabelDetails(event);
  }

  // Makes up a key if the model is unknown: then there is no chain, but other
  // events of the group may share the key.
  PairKey AnyKeyOf(const EventBatch& batch, const Event& event) {
    PairKey key;
    if (!names_.KeyOf(event, &key)) {
      key = {event.id_hi + TextHash()(batch.names[event.model]), event.id_lo};
    }
    return key;
  }

  State* const state_;
  BatchNames names_;
  std::vector<PairKey> predicted_;  // keys of the predictions of the group
};

}  // namespace

// A record holds two scores. Scores of 0 are left out, unless all are 0.
uint32_t DetailCount(const EventBatch& batch, const Event& event) {
  const bool predicts = event.prediction_kind != ValueKind::kNone;
  if ((predicts ? event.prediction_kind : event.label_kind) ==
      ValueKind::kSet) {
    return SetDetails(
        Range::Of(predicts ? event.prediction : event.label).count);
  }
  if (!predicts) return 0;
  const Range range = batch.ExtraOf(event).scores;
  if (range.count == 0) return 0;
  const auto begin = batch.class_scores.begin() + range.begin;
  const auto scores = static_cast<uint32_t>(
      std::count_if(begin, begin + range.count,
                    [](const ClassScore& s) { return s.score > 0; }));
  return std::max(scores + 1, 2U) / 2;
}

uint32_t RecordsOf(const EventBatch& batch, const Event& event) {
  return event.has_id ? 1 + DetailCount(batch, event) : 0;
}

size_t NewRecords(const EventBatch& batch) {
  // A label that scores a prediction may add one record: itself, or a past
  // label. That is one for each event, as an event without an id adds none.
  size_t records = batch.events.size();
  if (batch.class_scores.empty() && batch.classes.empty()) return records;
  for (const Event& event : batch.events) {
    if (!event.has_id) continue;
    records += RecordsOf(batch, event);
    if (event.prediction_kind != ValueKind::kNone) {
      records += LabelDetails(event);
    }
  }
  return records;
}

size_t RecordsOfPredictions(const EventBatch& batch, size_t begin) {
  size_t records = 0;
  for (size_t i = begin; i < batch.events.size(); ++i) {
    const Event& event = batch.events[i];
    if (event.prediction_kind != ValueKind::kNone) {
      records += RecordsOf(batch, event);
    }
  }
  return records;
}

size_t SetCopies(State* state, const std::vector<const EventBatch*>& batches) {
  const bool any =
      std::any_of(batches.begin(), batches.end(),
                  [](const EventBatch* batch) { return HasSets(*batch); });
  return any ? SetCopyCount(state).Count(batches) : 0;
}

}  // namespace plumbline
