// The effects of a label, on the predictions that it scores and on the label
// that it replaces.

#include <algorithm>
#include <optional>

#include "core/join/doer.h"
#include "core/join/event_time.h"
#include "core/join/eviction.h"

namespace plumbline {

void Doer::DoLabel(const Plan& plan) {
  Model* model = plan.model;
  ++model->counts[kLabels];
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  // They belong to a label that is forgotten.
  chain_.DropPastLabels();
  Arrival arrival = {LabelOf(plan), LabelTimeUs(*plan.event, now_ms())};
  bool joined = false;
  int64_t remembered_until = 0;
  // The loop adds only details to the chain.
  for (size_t i = 0, n = chain_.size(); i < n; ++i) {
    Record& record = state_->table().at(chain_[i]);
    if (record.kind() != RecordKind::kPrediction || record.joined) continue;
    // The prediction of the same event has no delay.
    Version* version = state_->owner(record.owner).version;
    arrival.has_delay = plan.version != version;
    Complete(model, version, &record, arrival);
    chain_.MarkDirty(chain_[i]);
    joined = true;
    remembered_until = std::max(remembered_until,
                                state_->prediction_ages().ExpiryOf(record.age));
  }
  if (!joined) {
    AddLabelRecord(plan, false);
    return;
  }
  // The label is remembered as long as the predictions that it scored, and at
  // least for the horizon of labels.
  AgeBuckets& ages = state_->label_ages();
  if (remembered_until < ages.ExpiryOf(ages.Current(now_ms())) &&
      reservation_.Fits(1 + SetDetails(plan.label.set.count))) {
    AddLabelRecord(plan, true);
  }
  ++model->counts[kJoinedLabels];
}

void Doer::DoCorrection(const Plan& plan) {
  Model* model = plan.model;
  model->counts[kLastLabelMs] = static_cast<uint64_t>(now_ms());
  const uint64_t old = plan.standing->label();
  std::optional<ClassSet> old_set;
  if (plan.task == Task::kMultilabel) {
    old_set = chain_.StandingSet(*plan.standing);
    chain_.DropLabelSets();
  }
  const Replacement change = {{old, old_set ? &*old_set : nullptr},
                              LabelOf(plan),
                              CorrectionTimeUs(plan)};
  ++model->counts[kCorrections];
  // The loop adds only details to the chain.
  for (size_t i = 0, n = chain_.size(); i < n; ++i) {
    Record& record = state_->table().at(chain_[i]);
    const bool predicted = record.kind() == RecordKind::kPrediction;
    if (!predicted && record.kind() != RecordKind::kLabel) continue;
    chain_.MarkDirty(chain_[i]);
    if (predicted && !record.joined) {
      // The former label could not be joined with it.
      Complete(model, state_->owner(record.owner).version, &record,
               {change.to, change.time_us, true});
    } else {
      Correct(model, &record, change);
    }
  }
  past_labels_.Keep(model, plan.key, old);
}

// The time of a correction. Without a timestamp it is later than that of the
// current label, so that no resend of the old value is newer.
int64_t Doer::CorrectionTimeUs(const Plan& plan) const {
  const int64_t time_us = LabelTimeUs(*plan.event, now_ms());
  if (plan.event->timestamp_us != kNoTimestamp) return time_us;
  return std::max(time_us, static_cast<int64_t>(plan.standing->label_time) + 1);
}

// Corrects a record that holds the label. A pair moves to its new cell.
void Doer::Correct(Model* model, Record* record, const Replacement& change) {
  // The label as it was counted. It may be an alias of the current class.
  const LabelValue counted = {record->label(), change.from.set};
  record->set_label(change.to.bits);
  record->label_time = static_cast<uint64_t>(change.time_us);
  KeepLabelSet(*record, change.to);
  Version* version = state_->owner(record->owner).version;
  if (version == nullptr) return;  // a label record, or of a deleted version
  version->last_event_ms = now_ms();
  const PairDetails details = chain_.DetailsOf(*model, *record);
  const ScoredPair before = {model, version, *record, counted, details};
  const ScoredPair after = {model, version, *record, change.to, details};
  const WindowChanges::Correction correction = {
      static_cast<int64_t>(record->time), record->number(), record->age,
      before.AsObservation(), after.AsObservation()};
  report_.NoteCorrection(after);
  version->ForEachSeries(
      model->slicing.SegmentsOf(static_cast<uint32_t>(record->slices)),
      [&correction](Series* series) {
        series->changes.corrections.push_back(correction);
      });
  state_->Touch(model, version);
}

void Doer::MoveLabelTime(const Plan& plan) {
  for (const uint32_t r : chain_) {
    Record& record = state_->table().at(r);
    if (!record.holds_label()) continue;
    record.label_time =
        static_cast<uint64_t>(LabelTimeUs(*plan.event, now_ms()));
    chain_.MarkDirty(r);
  }
}

void Doer::AddLabelRecord(const Plan& plan, bool joined) {
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
  record.label_time = static_cast<uint64_t>(LabelTimeUs(*plan.event, now_ms()));
  if (joined) {
    record.set_number(plan.model->next_number++);
    plan.model->labels.AddJoined(record.age, 1);
  } else {
    record.set_number(plan.model->counts[kLabels]);
    plan.model->labels.AddWaiting(record.age, 1);
  }
  KeepLabelSet(record, LabelOf(plan));
}

// A waiting label has scored its first prediction.
void Doer::JoinLabelRecord(Model* model, Record* label) {
  model->labels.AddWaiting(label->age, -1);
  model->labels.AddJoined(label->age, 1);
  label->joined = 1;
  label->set_number(model->next_number++);
  ++model->counts[kJoinedLabels];
}

// Keeps the set if there is room. Without it the label cannot be corrected.
void Doer::KeepLabelSet(const Record& of, const LabelValue& label) {
  if (label.set == nullptr ||
      !reservation_.Fits(SetDetails(label.set->size()))) {
    return;
  }
  chain_.KeepLabelSet(of, label);
}

}  // namespace plumbline
