// What an event does, once it is decided.

#include <algorithm>
#include <bit>

#include "core/join/joiner.h"

namespace plumbline {
namespace {

Observation ObservationOf(Model* model, uint64_t label, const Record& pair,
                          const ScorePool::List& scores) {
  if (model->task == Task::kRegression) {
    return Observation::OfValues(std::bit_cast<double>(label),
                                 std::bit_cast<double>(pair.prediction()));
  }
  if (!scores.empty()) {
    return Observation::OfScores(static_cast<uint32_t>(label),
                                 static_cast<uint32_t>(pair.prediction()),
                                 pair.age, model->pool.Add(scores));
  }
  return Observation::OfClasses(static_cast<uint32_t>(label),
                                static_cast<uint32_t>(pair.prediction()),
                                pair.age, pair.score());
}

}  // namespace

// Adds what the event needs and the state does not have.
void Joiner::Build(const EventBatch& batch, Plan* plan) {
  const Event& event = *plan->event;
  if (plan->model == nullptr) {
    plan->model = state_->AddModel(batch.names[event.model], plan->task);
    KeyOf(batch, event, &plan->key);
  }
  const bool predicts = plan->prediction_half == Half::kNew;
  if (predicts && plan->version == nullptr) {
    plan->version = state_->AddVersion(plan->model, batch.names[event.version]);
  }
  if (plan->adds_slices) {
    plan->slices =
        state_->AddSlices(plan->model, plan->version,
                          SegmentsOf(batch, *plan, plan->segments_fit));
  }
  const bool adds_class_scores =
      plan->details > 0 && !plan->model->class_scored;
  if (adds_class_scores || (plan->score >= 0 && !plan->model->scored)) {
    state_->AddScores(plan->model, adds_class_scores);
  }
  scores_.clear();
  if (plan->task != Task::kClassification) return;
  const auto settle = [this, plan](Value* value) {
    if (!value->is_new) return;
    value->bits = plan->model->FindClass(value->text);
    if (value->bits == kNoClass) {
      value->bits = state_->AddClass(plan->model, value->text);
    }
  };
  if (predicts) settle(&plan->prediction);
  if (plan->label_half == Half::kNew || plan->label_half == Half::kCorrection) {
    settle(&plan->label);
  }
  if (!predicts || plan->details == 0) return;
  const Range range = plan->extra->scores;
  for (uint32_t i = 0; i < range.count; ++i) {
    const ClassScore& score = batch.class_scores[range.begin + i];
    uint32_t index = ClassOf(batch, plan->model, score.name);
    if (index == kNoClass) {
      index = state_->AddClass(plan->model, batch.names[score.name]);
    }
    // As the join keeps it.
    const double kept = ScoreOfPacked(PackScore(0, score.score));
    const bool last = i + 1 == range.count && scores_.empty();
    if (kept > 0 || last) scores_.push_back({index, kept});
  }
}

// Both halves without an id: an observation of its own.
void Joiner::DoUnjoinable(const Plan& plan) {
  Model* model = plan.model;
  Version* version = plan.version;
  CountPrediction(plan, version);
  ++model->counts[kLabels];
  ++model->counts[kJoinedLabels];
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  Record pair;
  pair.age = state_->prediction_ages().next();  // seen by all windows
  pair.set_prediction(plan.prediction.bits, plan.score);
  pair.time = static_cast<uint64_t>(PredictionTime(*plan.event));
  pair.slices = plan.slices;
  pair.label_time = static_cast<uint64_t>(now_ms());
  CountCompleted(model, version, pair, plan.label.bits, scores_);
  state_->Touch(model, version);
}

// A new prediction, with or without an id.
void Joiner::CountPrediction(const Plan& plan, Version* version) {
  ++version->counts[kPredictions];
  version->counts[kLastPredictionMs] = static_cast<uint64_t>(now_ms());
  if (plan.extra->latency >= 0) {
    Observe(kLatencyBounds, plan.extra->latency, &version->counts[kLatency]);
  }
  const int64_t place_ms =
      plan.model->by_prediction ? PredictionTime(*plan.event) : now_ms();
  version->ForEachSeries(
      plan.model->slicing.SegmentsOf(plan.slices),
      [place_ms](Series* series) { series->changes.AddPredicted(place_ms); });
}

// `pair` is as a waiting prediction is.
void Joiner::CountCompleted(Model* model, Version* version, const Record& pair,
                            uint64_t label, const ScorePool::List& scores) {
  const auto time_ms = static_cast<int64_t>(pair.time);
  const auto receipt_ms = static_cast<int64_t>(pair.label_time);
  const WindowChanges::Completed completed = {
      ObservationOf(model, label, pair, scores),
      version->counts[kObservations]++,
      model->by_prediction ? time_ms : now_ms(), pair.age,
      static_cast<uint32_t>(version->series.changes.completed.size())};
  version->ForEachSeries(
      model->slicing.SegmentsOf(static_cast<uint32_t>(pair.slices)),
      [&](Series* series) {
        series->changes.AddLabelled(model->by_prediction ? time_ms : receipt_ms,
                                    pair.age);
        series->changes.completed.push_back(completed);
      });
}

void Joiner::DoPrediction(const Plan& plan) {
  Version* version = plan.version;
  CountPrediction(plan, version);
  state_->Touch(plan.model, version);

  const uint32_t number = state_->table().Insert(plan.key);
  Record& record = state_->table().at(number);
  record.set_kind(RecordKind::kPrediction);
  record.owner = version->owner;
  record.age =
      AgeOfReceipt(state_, &state_->prediction_ages(), 1 + plan.details);
  record.time = static_cast<uint64_t>(PredictionTime(*plan.event));
  record.label_time = static_cast<uint64_t>(now_ms());
  record.set_prediction(plan.prediction.bits, plan.score);
  record.slices = plan.slices;
  Changed(number);
  version->ledger->AddWaiting(record.age, 1);
  chain_.push_back(number);
  AddDetails(plan, record);

  if (plan.standing == nullptr) return;
  const bool both = plan.event->label_kind != ValueKind::kNone;
  Complete(plan.model, version, &record, plan.standing->label(),
           static_cast<int64_t>(plan.standing->label_time), !both);
  for (const uint32_t r : chain_) {
    Record& other = state_->table().at(r);
    if (other.kind() == RecordKind::kLabel && !other.joined) {
      MarkLabelJoined(plan.model, &other);
      Changed(r);
    }
  }
  RehomePastLabels(plan.model, record);
}

void Joiner::DoLabel(const Plan& plan) {
  Model* model = plan.model;
  ++model->counts[kLabels];
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  DropPastLabels();
  const int64_t time_us = LabelTime(*plan.event);
  bool joined = false;
  int64_t remembered_until = 0;
  for (const uint32_t r : chain_) {
    Record& record = state_->table().at(r);
    if (record.kind() != RecordKind::kPrediction || record.joined) continue;
    // The prediction that came in the same event has no delay.
    Version* version = state_->owner(record.owner).version;
    const bool late = plan.version != version;
    Complete(model, version, &record, plan.label.bits, time_us, late);
    Changed(r);
    joined = true;
    remembered_until = std::max(remembered_until,
                                state_->prediction_ages().ExpiryOf(record.age));
  }
  if (!joined) {
    AddLabelRecord(plan, false);
    return;
  }
  // It is remembered as long as a prediction that it scored, and at least for
  // the horizon of labels.
  AgeClock& ages = state_->label_ages();
  if (remembered_until < ages.ExpiryOf(ages.Current(now_ms())) &&
      HasSpareRoom()) {
    AddLabelRecord(plan, true);
  }
  ++model->counts[kJoinedLabels];
}

void Joiner::DoCorrection(const Plan& plan) {
  Model* model = plan.model;
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  const uint64_t old = plan.standing->label();
  ++model->counts[kCorrections];
  for (const uint32_t r : chain_) {
    Record& record = state_->table().at(r);
    if (record.kind() == RecordKind::kPastLabel ||
        record.kind() == RecordKind::kDetail) {
      continue;
    }
    record.set_label(plan.label.bits);
    record.label_time = static_cast<uint64_t>(LabelTime(*plan.event));
    Changed(r);
    if (record.kind() != RecordKind::kPrediction) continue;
    Version* version = state_->owner(record.owner).version;
    if (version == nullptr) continue;  // deleted
    version->last_event_ms = now_ms();
    const ScorePool::List scores = ScoresOf(record);
    const WindowChanges::Correction correction = {
        static_cast<int64_t>(record.time), record.number(), record.age,
        ObservationOf(model, old, record, scores),
        ObservationOf(model, plan.label.bits, record, scores)};
    version->ForEachSeries(
        model->slicing.SegmentsOf(static_cast<uint32_t>(record.slices)),
        [&correction](Series* series) {
          series->changes.corrections.push_back(correction);
        });
    state_->Touch(model, version);
  }
  KeepPastLabel(model, plan.key, old);
}

// Remembers a value that is replaced, for as long as the record of this chain
// that lives longest. It counts as the model's: versions come and go.
void Joiner::KeepPastLabel(Model* model, const PairKey& key, uint64_t bits) {
  if (HadLabel(bits) || PastLabels() >= kPastLabels) return;
  if (!HasSpareRoom()) {
    // It may take the place of what is joined, which may be this very pair.
    if (!MakeRoom(state_, reserved_ + 1, false)) return;
    LoadChain(key);
  }
  uint32_t owner = 0;
  uint32_t age = 0;
  int64_t until = -1;
  for (const uint32_t r : chain_) {
    const Record& record = state_->table().at(r);
    const bool label = record.kind() == RecordKind::kLabel;
    if (!label && record.kind() != RecordKind::kPrediction) continue;
    const AgeClock& ages =
        label ? state_->label_ages() : state_->prediction_ages();
    // Of those that live as long the youngest pair, whatever the order of the
    // chain.
    const int64_t expiry = ages.ExpiryOf(record.age);
    if (expiry < until ||
        (expiry == until &&
         (label || (owner != model->owner && record.age < age)))) {
      continue;
    }
    until = expiry;
    owner = label ? model->owner : model->past_owner();
    age = record.age;
  }
  if (until < 0) return;
  const uint32_t number = state_->table().Insert(key);
  Record& record = state_->table().at(number);
  record.set_kind(RecordKind::kPastLabel);
  record.joined = 1;
  record.set_label(bits);
  Changed(number);
  CountPastLabel(model, owner, age, &record);
  chain_.push_back(number);
}

void Joiner::CountPastLabel(Model* model, uint32_t owner, uint32_t age,
                            Record* past) {
  past->owner = owner;
  past->age = age;
  past->set_number(model->next_number++);
  state_->owner(owner).ledger->AddPast(age, past->number());
}

// They were of a label that is forgotten: this one has no past.
void Joiner::DropPastLabels() {
  std::erase_if(chain_, [this](uint32_t r) {
    const Record& record = state_->table().at(r);
    if (record.kind() != RecordKind::kPastLabel) return false;
    state_->owner(record.owner).ledger->RemovePast(record.age);
    state_->table().Remove(r);
    return true;
  });
}

// Lets past labels live as long as a pair that joins them later.
void Joiner::RehomePastLabels(Model* model, const Record& pair) {
  const int64_t until = state_->prediction_ages().ExpiryOf(pair.age);
  for (const uint32_t r : chain_) {
    Record& record = state_->table().at(r);
    if (record.kind() != RecordKind::kPastLabel) continue;
    const AgeClock& ages = record.owner == model->owner
                               ? state_->label_ages()
                               : state_->prediction_ages();
    if (ages.ExpiryOf(record.age) >= until) continue;
    state_->owner(record.owner).ledger->RemovePast(record.age);
    CountPastLabel(model, model->past_owner(), pair.age, &record);
    Changed(r);
  }
}

// A waiting prediction has its label.
void Joiner::Complete(Model* model, Version* version, Record* record,
                      uint64_t label, int64_t label_time_us,
                      bool delay_counts) {
  if (delay_counts) {
    const int64_t delay_ms =
        label_time_us / 1000 - static_cast<int64_t>(record->time);
    Observe(kDelayBounds,
            static_cast<double>(std::max<int64_t>(delay_ms, 0)) / 1000,
            &model->counts[kDelay]);
  }
  const uint64_t number = version->counts[kObservations];
  CountCompleted(model, version, *record, label, ScoresOf(*record));
  version->ledger->AddWaiting(record->age, -1);
  version->ledger->AddJoined(record->age, 1);
  version->last_event_ms = now_ms();
  state_->Touch(model, version);

  record->joined = 1;
  record->set_number(number);
  if (!model->by_prediction) record->time = static_cast<uint64_t>(now_ms());
  record->set_label(label);
  record->label_time = static_cast<uint64_t>(label_time_us);
  JoinDetails(*record);
}

void Joiner::AddDetails(const Plan& plan, const Record& prediction) {
  for (size_t i = 0; i < scores_.size(); i += 2) {
    const uint32_t number = state_->table().Insert(plan.key);
    Record& detail = state_->table().at(number);
    detail.set_kind(RecordKind::kDetail);
    detail.owner = prediction.owner;
    detail.age = prediction.age;
    const auto packed = [this](size_t n) {
      return n < scores_.size()
                 ? PackScore(scores_[n].class_index, scores_[n].probability)
                 : kNoScore;
    };
    detail.first = packed(i);
    detail.second = packed(i + 1);
    Changed(number);
    plan.version->ledger->AddWaitingDetails(detail.age, 1);
    chain_.push_back(number);
  }
}

ScorePool::List Joiner::ScoresOf(const Record& prediction) const {
  ScorePool::List scores;
  for (const uint32_t r : chain_) {
    const Record& detail = state_->table().at(r);
    if (detail.kind() != RecordKind::kDetail ||
        detail.owner != prediction.owner) {
      continue;
    }
    for (const uint64_t packed : {detail.first, detail.second}) {
      if (packed == kNoScore) continue;
      scores.push_back({ClassOfPacked(packed), ScoreOfPacked(packed)});
    }
  }
  return scores;
}

// What belongs to a prediction is joined with it.
void Joiner::JoinDetails(const Record& prediction) {
  Ledger* ledger = state_->owner(prediction.owner).ledger;
  for (const uint32_t r : chain_) {
    Record& detail = state_->table().at(r);
    if (detail.kind() != RecordKind::kDetail ||
        detail.owner != prediction.owner || detail.joined) {
      continue;
    }
    detail.joined = 1;
    detail.set_number(prediction.number());
    ledger->AddWaitingDetails(detail.age, -1);
    ledger->AddJoinedDetails(detail.age, 1);
    Changed(r);
  }
}

void Joiner::AddLabelRecord(const Plan& plan, bool joined) {
  const uint32_t number = state_->table().Insert(plan.key);
  Record& record = state_->table().at(number);
  record.set_kind(RecordKind::kLabel);
  record.owner = plan.model->owner;
  record.age = AgeOfReceipt(state_, &state_->label_ages());
  record.joined = joined;
  Changed(number);
  record.set_label(plan.label.bits);
  record.label_time = static_cast<uint64_t>(LabelTime(*plan.event));
  if (joined) {
    record.set_number(plan.model->next_number++);
    plan.model->labels.AddJoined(record.age, 1);
  } else {
    plan.model->labels.AddWaiting(record.age, 1);
  }
}

void Joiner::MarkLabelJoined(Model* model, Record* label) {
  model->labels.AddWaiting(label->age, -1);
  model->labels.AddJoined(label->age, 1);
  label->joined = 1;
  label->set_number(model->next_number++);
  ++model->counts[kJoinedLabels];
}

}  // namespace plumbline
