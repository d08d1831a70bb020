// How much memory a group may need: how many records its events add at most.
// What may leave memory makes room for them before.

#include <algorithm>

#include "core/join/joiner.h"

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

}  // namespace

size_t Joiner::NewRecords(const EventBatch& batch) {
  // A label that scores what is there may be remembered for itself, or bring a
  // past one: one each, as without an id there is none.
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

size_t Joiner::RecordsOfPredictions(const EventBatch& batch, size_t begin) {
  size_t records = 0;
  for (size_t i = begin; i < batch.events.size(); ++i) {
    const Event& event = batch.events[i];
    if (event.prediction_kind != ValueKind::kNone) {
      records += RecordsOf(batch, event);
    }
  }
  return records;
}

size_t Joiner::SetCopies(const std::vector<const EventBatch*>& batches) {
  if (std::none_of(batches.begin(), batches.end(),
                   [](const EventBatch* batch) { return HasSets(*batch); })) {
    return 0;
  }
  std::vector<PairKey> predicted;
  for (const EventBatch* batch : batches) {
    names_.Begin(*batch);
    for (const Event& event : batch->events) {
      if (event.has_id && event.prediction_kind != ValueKind::kNone) {
        predicted.push_back(AnyKeyOf(*batch, event));
      }
    }
  }
  std::sort(predicted.begin(), predicted.end());
  size_t copies = 0;
  for (const EventBatch* batch : batches) {
    names_.Begin(*batch);
    for (const Event& event : batch->events) {
      if (event.has_id) copies += SetCopiesOf(*batch, event, predicted);
    }
  }
  return copies;
}

// Each record that holds a label has its set for itself: those of the chain,
// and those that the group adds.
size_t Joiner::SetCopiesOf(const EventBatch& batch, const Event& event,
                           const std::vector<PairKey>& predicted) {
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
      std::equal_range(predicted.begin(), predicted.end(), key);
  holders += static_cast<size_t>(end - begin);
  return (event.prediction_kind != ValueKind::kNone ? standing : 0) +
         holders * LabelDetails(event);
}

// Also where the model is not known yet: then there is no chain, but there are
// others of the group.
PairKey Joiner::AnyKeyOf(const EventBatch& batch, const Event& event) {
  PairKey key;
  if (!names_.KeyOf(event, &key)) {
    key = {event.id_hi + TextHash()(batch.names[event.model]), event.id_lo};
  }
  return key;
}

}  // namespace plumbline
