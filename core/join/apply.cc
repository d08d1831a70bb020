// What an event does, once it is decided.

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/join/joiner.h"

namespace plumbline {
namespace {

// How wrong the prediction was.
double ErrorOf(Task task, const Record& pair, uint64_t label_bits,
               bool same_set) {
  // Beyond it sums would lose themselves in infinity.
  constexpr double kMost = 1e100;
  switch (task) {
    case Task::kRegression:
      return std::min(kMost,
                      std::fabs(std::bit_cast<double>(label_bits) -
                                std::bit_cast<double>(pair.prediction())));
    case Task::kMultilabel:
      return same_set ? 0 : 1;
    default:
      return label_bits == pair.prediction() ? 0 : 1;
  }
}

}  // namespace

// Adds what the event needs and the state does not have.
void Joiner::Build(const EventBatch& batch, Plan* plan) {
  const Event& event = *plan->event;
  if (plan->model == nullptr) {
    const std::string_view name = batch.names[event.model];
    TaskOrigin origin = TaskOrigin::kConfigured;
    if (plan->is_early) {
      origin = TaskOrigin::kOpen;
    } else if (!state_->settings().For(name).task) {
      origin = TaskOrigin::kAssumed;
      Warn(Warning::kTaskAssumed, plan);
    }
    plan->model = state_->AddModel(name, plan->task, origin);
    names_.KeyOf(event, &plan->key);
  }
  const bool predicts = plan->prediction_half == Half::kNew;
  if (predicts && plan->version == nullptr) {
    if (plan->retires) RetireVersions(*plan);
    plan->version = state_->AddVersion(plan->model, batch.names[event.version]);
  }
  if (plan->adds_slices) {
    plan->slices =
        state_->AddSlices(plan->model, plan->version,
                          SegmentsOf(batch, *plan, plan->segments_fit));
  }
  const bool has_class_scores = predicts && plan->extra->scores.count > 0;
  const bool adds_class_scores = has_class_scores && !plan->model->class_scored;
  if (adds_class_scores || (plan->score >= 0 && !plan->model->scored)) {
    state_->AddScores(plan->model, adds_class_scores);
  }
  const bool labels = AddsLabel(*plan);
  if (plan->task == Task::kMultilabel) {
    if (predicts) {
      details_.set = SettleSet(batch, plan->model, &plan->prediction);
    }
    if (labels) label_set_ = SettleSet(batch, plan->model, &plan->label);
  }
  if (plan->is_early && labels) KeepEarly(*plan);
  if (plan->task != Task::kClassification) return;
  details_.scores.clear();
  const auto settle = [this, plan](Value* value) {
    if (!value->is_new) return;
    value->bits = plan->model->FindClass(value->text);
    if (value->bits == kNoClass) {
      value->bits = state_->AddClass(plan->model, value->text);
    }
  };
  if (predicts) settle(&plan->prediction);
  if (labels) settle(&plan->label);
  if (has_class_scores) SettleScores(batch, *plan);
  if (plan->adds_classes && state_->AssumePositiveClass(plan->model)) {
    Warn(Warning::kPositiveClassEnded, plan);
  }
}

void Joiner::RetireVersions(const Plan& plan) {
  // What came before it in its group still needs what is removed with them.
  state_->Publish();
  for (Version* version : state_->VersionsInTheWay(*plan.model)) {
    state_->Retire(plan.model, version);
  }
  // What was looked up may be theirs.
  names_.ForgetVersionsOf(plan.model);
  if (plan.event->has_id) chain_.Load(*plan.model, plan.key);
}

void Joiner::SettleScores(const EventBatch& batch, const Plan& plan) {
  ScorePool::List& scores = details_.scores;
  const Range range = plan.extra->scores;
  for (uint32_t i = 0; i < range.count; ++i) {
    const ClassScore& score = batch.class_scores[range.begin + i];
    uint32_t index = names_.ClassOf(plan.model, score.name);
    if (index == kNoClass) {
      index = state_->AddClass(plan.model,
                               names_.NewClass(*plan.event, score.name));
    }
    // As the join keeps it.
    const double kept = ScoreOfPacked(PackScore(0, score.score));
    const bool last = i + 1 == range.count && scores.empty();
    if (kept > 0 || last) scores.push_back({index, kept});
  }
}

ClassSet Joiner::SettleSet(const EventBatch& batch, Model* model,
                           Value* value) {
  ClassSet set;
  for (uint32_t i = 0; i < value->set.count; ++i) {
    const uint32_t name = batch.classes[value->set.begin + i];
    const uint32_t index = names_.ClassOf(model, name);
    set.push_back(index != kNoClass
                      ? index
                      : state_->AddClass(
                            model, RuleOf(*model).ClassOf(batch.names[name])));
  }
  std::sort(set.begin(), set.end());
  value->bits = ValueOfSet(set);
  return set;
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
  CountCompleted(model, version, pair, LabelOf(plan), details_);
  if (IsNoted()) {
    NotePair(*model, *version, pair, LabelOf(plan), details_, {}, false);
  }
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
  if (!version->drift.off()) Watch(plan, version, place_ms);
  if (version->estimates.on()) CountScores(plan, version, place_ms);
}

Observation Joiner::ObservationOf(Model* model, const Record& pair,
                                  const LabelValue& label,
                                  const PairDetails& details) {
  if (model->task == Task::kRegression) {
    return Observation::OfValues(std::bit_cast<double>(label.bits),
                                 std::bit_cast<double>(pair.prediction()));
  }
  if (model->task == Task::kMultilabel) {
    return Observation::OfSets(
        model->sets.Add(MembershipsOf(details.set, *label.set)));
  }
  const auto actual = static_cast<uint32_t>(label.bits);
  const auto predicted = static_cast<uint32_t>(pair.prediction());
  if (!details.scores.empty()) {
    return Observation::OfScores(actual, predicted, pair.age,
                                 model->scores.Add(details.scores));
  }
  return Observation::OfClasses(actual, predicted, pair.age, pair.score());
}

void Joiner::Detect(Model* model, Version* version, const Record& pair,
                    const LabelValue& label, const PairDetails& details) {
  const bool same_set =
      model->task == Task::kMultilabel && details.set == *label.set;
  version->detectors.Add(
      ErrorOf(model->task, pair, label.bits, same_set),
      [&](DetectorKind kind, const Change& change) {
        version->NoteChange(kind, change, now_ms());
        outcome_->changes.push_back({model->name, version->name, kind, change,
                                     version->counts[kObservations]});
      });
}

// `pair` is as a waiting prediction is.
void Joiner::CountCompleted(Model* model, Version* version, const Record& pair,
                            const LabelValue& label,
                            const PairDetails& details) {
  const auto time_ms = static_cast<int64_t>(pair.time);
  const auto receipt_ms = static_cast<int64_t>(pair.label_time);
  const WindowChanges::Completed completed = {
      ObservationOf(model, pair, label, details),
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
  Detect(model, version, pair, label, details);
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
  record.set_number(version->counts[kPredictions]);
  record.set_prediction(plan.prediction.bits, plan.score);
  record.slices = plan.slices;
  chain_.MarkDirty(number);
  version->ledger->AddWaiting(record.age, 1);
  chain_.Append(number);
  if (plan.details > 0) chain_.AddDetails(details_, plan.task, record);

  if (plan.standing == nullptr) return;
  std::optional<ClassSet> set;
  if (plan.task == Task::kMultilabel) {
    set = chain_.StandingSet(*plan.standing);
    if (!set) return;  // nobody knows its classes any more
  }
  const bool both = plan.event->label_kind != ValueKind::kNone;
  Complete(plan.model, version, &record,
           {StandingLabel(plan), set ? &*set : nullptr},
           static_cast<int64_t>(plan.standing->label_time), !both);
  for (const uint32_t r : chain_) {
    Record& other = state_->table().at(r);
    if (other.kind() == RecordKind::kLabel && !other.joined) {
      MarkLabelJoined(plan.model, &other);
      chain_.JoinDetails(other);
      chain_.MarkDirty(r);
    }
  }
  RehomePastLabels(plan.model, record);
}

void Joiner::DoLabel(const Plan& plan) {
  Model* model = plan.model;
  ++model->counts[kLabels];
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  chain_.DropPastLabels();
  const int64_t time_us = LabelTime(*plan.event);
  bool joined = false;
  int64_t remembered_until = 0;
  // What is added to the chain here are details.
  for (size_t i = 0, n = chain_.size(); i < n; ++i) {
    Record& record = state_->table().at(chain_[i]);
    if (record.kind() != RecordKind::kPrediction || record.joined) continue;
    // The prediction that came in the same event has no delay.
    Version* version = state_->owner(record.owner).version;
    const bool late = plan.version != version;
    Complete(model, version, &record, LabelOf(plan), time_us, late);
    chain_.MarkDirty(chain_[i]);
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
      Fits(*state_, reserved_ + 1 + SetDetails(plan.label.set.count))) {
    AddLabelRecord(plan, true);
  }
  ++model->counts[kJoinedLabels];
}

void Joiner::DoCorrection(const Plan& plan) {
  Model* model = plan.model;
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  const uint64_t old = plan.standing->label();
  std::optional<ClassSet> old_set;
  if (plan.task == Task::kMultilabel) {
    old_set = chain_.StandingSet(*plan.standing);
    chain_.DropLabelSets();
  }
  const LabelValue from = {old, old_set ? &*old_set : nullptr};
  const LabelValue to = LabelOf(plan);
  int64_t time_us = LabelTime(*plan.event);
  if (plan.event->timestamp_us == kNoTimestamp) {
    // So that no resend of what it replaces is newer.
    time_us =
        std::max(time_us, static_cast<int64_t>(plan.standing->label_time) + 1);
  }
  ++model->counts[kCorrections];
  // What is added to the chain here are details.
  for (size_t i = 0, n = chain_.size(); i < n; ++i) {
    Record& record = state_->table().at(chain_[i]);
    const bool predicted = record.kind() == RecordKind::kPrediction;
    if (!predicted && record.kind() != RecordKind::kLabel) continue;
    chain_.MarkDirty(chain_[i]);
    Version* version = state_->owner(record.owner).version;
    if (predicted && !record.joined) {
      // The old one could not be joined to it.
      Complete(model, version, &record, to, time_us, true);
      continue;
    }
    // What was counted: another spelling of the class that stands, perhaps.
    const LabelValue counted = {record.label(), from.set};
    record.set_label(to.bits);
    record.label_time = static_cast<uint64_t>(time_us);
    KeepLabelSet(record, to);
    if (!predicted || version == nullptr) continue;  // deleted
    version->last_event_ms = now_ms();
    const PairDetails details = chain_.DetailsOf(*model, record);
    const WindowChanges::Correction correction = {
        static_cast<int64_t>(record.time), record.number(), record.age,
        ObservationOf(model, record, counted, details),
        ObservationOf(model, record, to, details)};
    if (IsNoted()) {
      NotePair(*model, *version, record, to, details, {}, true);
    }
    version->ForEachSeries(
        model->slicing.SegmentsOf(static_cast<uint32_t>(record.slices)),
        [&correction](Series* series) {
          series->changes.corrections.push_back(correction);
        });
    state_->Touch(model, version);
  }
  KeepPastLabel(model, plan.key, old);
}

void Joiner::MoveLabelTime(const Plan& plan) {
  for (const uint32_t r : chain_) {
    Record& record = state_->table().at(r);
    if (!record.holds_label()) continue;
    record.label_time = static_cast<uint64_t>(LabelTime(*plan.event));
    chain_.MarkDirty(r);
  }
}

// Remembers a value that is replaced, or was before, for as long as the record
// of this chain that lives longest. It counts as the model's: versions come and
// go.
void Joiner::KeepPastLabel(Model* model, const PairKey& key, uint64_t bits) {
  if (chain_.HadLabel(*model, bits) || chain_.PastLabels() >= kPastLabels)
    return;
  if (!HasSpareRoom()) {
    // It may take the place of what is joined, which may be this very pair.
    if (!MakeRoom(state_, reserved_ + 1, false)) return;
    chain_.Load(*model, key);
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
  record.set_early(model->IsTaskOpen());
  record.set_label(bits);
  chain_.MarkDirty(number);
  CountPastLabel(model, owner, age, &record);
  chain_.Append(number);
}

void Joiner::CountPastLabel(Model* model, uint32_t owner, uint32_t age,
                            Record* past) {
  past->owner = owner;
  past->age = age;
  past->set_number(model->next_number++);
  state_->owner(owner).ledger->AddPast(age, past->number());
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
    chain_.MarkDirty(r);
  }
}

// A waiting prediction has its label.
void Joiner::Complete(Model* model, Version* version, Record* record,
                      const LabelValue& label, int64_t label_time_us,
                      bool delay_counts) {
  std::optional<double> delay;
  if (delay_counts) {
    // What is ahead of the clock counts as now.
    const int64_t delay_ms = std::min(label_time_us, now_us()) / 1000 -
                             static_cast<int64_t>(record->time);
    delay = static_cast<double>(std::max<int64_t>(delay_ms, 0)) / 1000;
    Observe(kDelayBounds, *delay, &model->counts[kDelay]);
  }
  const uint64_t number = version->counts[kObservations];
  if (model->task == Task::kClassification) {
    // The class may be another by now than when it was predicted.
    record->set_prediction(model->Representative(record->prediction()),
                           record->score());
  }
  const PairDetails details = chain_.DetailsOf(*model, *record);
  CountCompleted(model, version, *record, label, details);
  if (IsNoted()) {
    NotePair(*model, *version, *record, label, details, delay, false);
  }
  version->ledger->AddWaiting(record->age, -1);
  version->ledger->AddJoined(record->age, 1);
  version->last_event_ms = now_ms();
  state_->Touch(model, version);

  record->joined = 1;
  record->set_number(number);
  if (!model->by_prediction) record->time = static_cast<uint64_t>(now_ms());
  record->set_label(label.bits);
  record->label_time = static_cast<uint64_t>(label_time_us);
  chain_.JoinDetails(*record);
  KeepLabelSet(*record, label);
}

void Joiner::KeepLabelSet(const Record& of, const LabelValue& label) {
  if (label.set == nullptr ||
      !Fits(*state_, reserved_ + SetDetails(label.set->size()))) {
    return;
  }
  chain_.KeepLabelSet(of, label);
}

void Joiner::AddLabelRecord(const Plan& plan, bool joined) {
  const uint32_t number = state_->table().Insert(plan.key);
  Record& record = state_->table().at(number);
  record.set_kind(RecordKind::kLabel);
  record.owner = plan.model->owner;
  record.set_early(plan.is_early);
  record.age = AgeOfReceipt(state_, &state_->label_ages(),
                            1 + SetDetails(plan.label.set.count));
  record.joined = joined;
  chain_.MarkDirty(number);
  record.set_label(plan.label.bits);
  record.label_time = static_cast<uint64_t>(LabelTime(*plan.event));
  if (joined) {
    record.set_number(plan.model->next_number++);
    plan.model->labels.AddJoined(record.age, 1);
  } else {
    record.set_number(plan.model->counts[kLabels]);
    plan.model->labels.AddWaiting(record.age, 1);
  }
  KeepLabelSet(record, LabelOf(plan));
}

void Joiner::MarkLabelJoined(Model* model, Record* label) {
  model->labels.AddWaiting(label->age, -1);
  model->labels.AddJoined(label->age, 1);
  label->joined = 1;
  label->set_number(model->next_number++);
  ++model->counts[kJoinedLabels];
}

}  // namespace plumbline
