#include "core/join/doer.h"

#include <algorithm>
#include <optional>

#include "core/join/event_time.h"
#include "core/join/eviction.h"

namespace plumbline {

// Functions with one caller are inline: they are on the hot path of every
// event.

void Doer::Do(Plan* plan) {
  Build(plan);
  report_.NoteTaken(*plan);
  const Event& event = *plan->event;
  if (event.has_id) state_->dirty_pairs().BeforeChange(plan->key);
  const size_t changed = state_->dirty_pairs().changed();
  CountHalves(*plan);
  if (!event.has_id) return DoUnjoinable(*plan);
  if (plan->Predicts()) DoPrediction(*plan);
  DoLabelHalf(*plan);
  MarkChain(changed);
}

inline void Doer::CountHalves(const Plan& plan) {
  Model* model = plan.model;
  model->last_event_ms = now_ms();
  state_->Touch(model);
  if (plan.version != nullptr && plan.prediction_half != Half::kNothing) {
    plan.version->last_event_ms = now_ms();
  }
  if (plan.prediction_half == Half::kDuplicate) {
    ++model->counts[kDuplicatePredictions];
  }
  if (plan.label_half == Half::kDuplicate || plan.label_half == Half::kOlder) {
    ++model->counts[kDuplicateLabels];
  }
}

inline void Doer::DoLabelHalf(const Plan& plan) {
  switch (plan.label_half) {
    case Half::kNew:
      return DoLabel(plan);
    case Half::kCorrection:
      return DoCorrection(plan);
    case Half::kOlder:
      // A duplicate evicts nothing.
      return past_labels_.KeepIfRoom(plan.model, plan.key, plan.label.bits);
    case Half::kDuplicate:
      if (plan.moves_time) MoveLabelTime(plan);
      return;
    case Half::kNothing:
      return;
  }
}

// A chain is saved as a whole. If any of its records became dirty, all do.
inline void Doer::MarkChain(size_t changed_before) {
  if (state_->dirty_pairs().changed() == changed_before) return;
  for (const uint32_t r : chain_) chain_.MarkDirty(r);
}

// An event without an id has both halves. It is an observation of its own.
void Doer::DoUnjoinable(const Plan& plan) {
  Model* model = plan.model;
  CountPrediction(plan);
  ++model->counts[kLabels];
  ++model->counts[kJoinedLabels];
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  Record record;
  record.age = state_->prediction_ages().next();  // no window treats it as
                                                  // older
  record.set_prediction(plan.prediction.bits, plan.score);
  record.time = static_cast<uint64_t>(PredictionTimeMs(*plan.event, now_ms()));
  record.slices = plan.slices;
  record.label_time = static_cast<uint64_t>(now_ms());
  const ScoredPair pair = {model, plan.version, record, LabelOf(plan),
                           details_};
  CountCompleted(pair);
  report_.NotePair(pair, {});
  state_->Touch(model, plan.version);
}

inline void Doer::DoPrediction(const Plan& plan) {
  CountPrediction(plan);
  state_->Touch(plan.model, plan.version);
  Record* record = AddPredictionRecord(plan);
  if (plan.details > 0) chain_.AddDetails(details_, plan.task, *record);
  if (plan.standing != nullptr) JoinStanding(plan, record);
}

inline Record* Doer::AddPredictionRecord(const Plan& plan) {
  Version* version = plan.version;
  const uint32_t number = state_->table().Insert(plan.key);
  Record& record = state_->table().at(number);
  record.set_kind(RecordKind::kPrediction);
  record.owner = version->owner;
  record.age =
      AgeOfReceipt(state_, &state_->prediction_ages(), 1 + plan.details);
  record.time = static_cast<uint64_t>(PredictionTimeMs(*plan.event, now_ms()));
  record.label_time = static_cast<uint64_t>(now_ms());
  record.set_number(version->counts[kPredictions]);
  record.set_prediction(plan.prediction.bits, plan.score);
  record.slices = plan.slices;
  chain_.MarkDirty(number);
  version->age_counts->AddWaiting(record.age, 1);
  chain_.Append(number);
  return &record;
}

// Joins a new prediction with a label that arrived before it.
void Doer::JoinStanding(const Plan& plan, Record* record) {
  Model* model = plan.model;
  const Record& standing = *plan.standing;
  Arrival arrival;
  arrival.label.bits = standing.label();
  if (plan.task == Task::kClassification) {
    arrival.label.bits = model->Representative(arrival.label.bits);
  }
  std::optional<ClassSet> set;
  if (plan.task == Task::kMultilabel) {
    set = chain_.StandingSet(standing);
    if (!set) return;  // its classes are no longer remembered
    arrival.label.set = &*set;
  }
  arrival.time_us = static_cast<int64_t>(standing.label_time);
  arrival.has_delay = plan.event->label_kind == ValueKind::kNone;
  Complete(model, plan.version, record, arrival);
  for (const uint32_t r : chain_) {
    Record& other = state_->table().at(r);
    if (other.kind() == RecordKind::kLabel && !other.joined) {
      JoinLabelRecord(model, &other);
      chain_.JoinDetails(other);
      chain_.MarkDirty(r);
    }
  }
  past_labels_.Rehome(model, *record);
}

// Counts a new prediction, with or without an id.
void Doer::CountPrediction(const Plan& plan) {
  Version* version = plan.version;
  ++version->counts[kPredictions];
  version->counts[kLastPredictionMs] = static_cast<uint64_t>(now_ms());
  if (plan.extra->latency >= 0) {
    Observe(kLatencyBounds, plan.extra->latency, &version->counts[kLatency]);
  }
  const int64_t place_ms = plan.model->by_prediction
                               ? PredictionTimeMs(*plan.event, now_ms())
                               : now_ms();
  version->ForEachSeries(
      plan.model->slicing.SegmentsOf(plan.slices),
      [place_ms](Series* series) { series->changes.AddPredicted(place_ms); });
  unlabelled_.Count(plan, details_, place_ms);
}

// Joins a waiting prediction with its label.
void Doer::Complete(Model* model, Version* version, Record* record,
                    const Arrival& arrival) {
  std::optional<double> delay;
  if (arrival.has_delay) {
    // A time ahead of the clock counts as now.
    const int64_t delay_ms = std::min(arrival.time_us, now_ms() * 1000) / 1000 -
                             static_cast<int64_t>(record->time);
    delay = static_cast<double>(std::max<int64_t>(delay_ms, 0)) / 1000;
    Observe(kDelayBounds, *delay, &model->counts[kDelay]);
  }
  const uint64_t number = version->counts[kObservations];
  if (model->task == Task::kClassification) {
    // The representative of the class may have changed since the prediction.
    record->set_prediction(model->Representative(record->prediction()),
                           record->score());
  }
  const PairDetails details = chain_.DetailsOf(*model, *record);
  const ScoredPair pair = {model, version, *record, arrival.label, details};
  CountCompleted(pair);
  report_.NotePair(pair, delay);
  version->age_counts->AddWaiting(record->age, -1);
  version->age_counts->AddJoined(record->age, 1);
  version->last_event_ms = now_ms();
  state_->Touch(model, version);

  record->joined = 1;
  record->set_number(number);
  if (!model->by_prediction) record->time = static_cast<uint64_t>(now_ms());
  record->set_label(arrival.label.bits);
  record->label_time = static_cast<uint64_t>(arrival.time_us);
  chain_.JoinDetails(*record);
  KeepLabelSet(*record, arrival.label);
}

// REQUIRES: the record still has the fields of a waiting prediction.
void Doer::CountCompleted(const ScoredPair& pair) {
  const Model& model = *pair.model;
  Version* version = pair.version;
  const Record& record = pair.record;
  const auto time_ms = static_cast<int64_t>(record.time);
  const auto receipt_ms = static_cast<int64_t>(record.label_time);
  const WindowChanges::Completed completed = {
      pair.AsObservation(), version->counts[kObservations]++,
      model.by_prediction ? time_ms : now_ms(), record.age,
      static_cast<uint32_t>(version->series.changes.completed.size())};
  version->ForEachSeries(
      model.slicing.SegmentsOf(static_cast<uint32_t>(record.slices)),
      [&](Series* series) {
        series->changes.AddLabelled(model.by_prediction ? time_ms : receipt_ms,
                                    record.age);
        series->changes.completed.push_back(completed);
      });
  Detect(pair);
}

void Doer::Detect(const ScoredPair& pair) {
  pair.version->detectors.Add(
      pair.Error(), [&](DetectorKind kind, const Change& change) {
        pair.version->NoteChange(kind, change, now_ms());
        report_.NoteChange(pair, kind, change);
      });
}

}  // namespace plumbline
