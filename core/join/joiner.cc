#include "core/join/joiner.h"

#include <algorithm>

#include "core/join/figure_sampler.h"
#include "core/join/record_counts.h"
#include "core/model/task_rule.h"
#include "core/pairs/pair_key.h"

namespace plumbline {
namespace {

constexpr size_t kBlock = 32;  // events whose records are fetched ahead
// Each dead record is met before there are an eighth as many others: so many
// looks see a whole circle while a twelfth of it is added.
constexpr size_t kSweepPerEvent = 12;

uint64_t Waiting(const State& state) {
  uint64_t waiting = 0;
  for (const Model* model : state.models().Get()) {
    const Ledger::Counts& labels = model->labels.counts();
    waiting += labels.waiting + labels.waiting_details;
    for (const Version* version : model->versions.Get()) {
      const Ledger::Counts& counts = version->ledger->counts();
      waiting += counts.waiting + counts.waiting_details;
    }
  }
  return waiting;
}

}  // namespace

void Joiner::Apply(const EventBatch& batch, BatchOutcome* outcome) {
  names_.Begin(batch);
  batch_ = &batch;
  outcome_ = outcome;
  if (!Admit(batch)) {
    outcome->full = true;
    return;
  }
  FindKeys(batch);
  const size_t count = batch.events.size();
  if (outcome->account != nullptr) {
    outcome->account->now_ms = now_ms();
    if (!outcome->account->counts_only) {
      outcome->account->taken.assign(count, {});
    }
  }
  PrefetchIndex(0, 2 * kBlock);
  PrefetchRecords(0, kBlock);
  for (size_t i = 0; i < count; ++i) {
    if (i % kBlock == 0) {
      PrefetchIndex(i + 2 * kBlock, i + 3 * kBlock);
      PrefetchRecords(i + kBlock, i + 2 * kBlock);
    }
    bool duplicate = false;
    auto part = BatchOutcome::Part::kPrediction;
    const Reject reject = ApplyEvent(batch, i, &duplicate, &part);
    if (reject != Reject::kNone) {
      outcome->errors.push_back(RejectionOf(batch, i, reject, part));
    } else if (duplicate) {
      ++outcome->duplicates;
    } else {
      ++outcome->accepted;
    }
  }
}

// Under the policy to refuse, a request is taken only if its predictions and
// early labels would fit if all were new. Room is made for those that are new:
// a resend forgets nothing.
bool Joiner::Admit(const EventBatch& batch) {
  reserved_ = 0;
  // Of a request that was taken in part the rest is taken, too.
  if (state_->settings().evict_oldest || batch.is_rest) return true;
  fresh_.clear();
  reserved_ = static_cast<int64_t>(batch.to_follow);
  for (const Event& event : batch.events) {
    fresh_.push_back(RecordsOf(batch, event));
    reserved_ += fresh_.back();
  }
  const int64_t all = reserved_;
  if (Fits(*state_, all)) return true;
  const int64_t as_new = CountFresh(batch);
  if (as_new == 0) return true;
  if (static_cast<int64_t>(Waiting(*state_)) + as_new >
          RecordLimit(state_->settings()) ||
      !MakeRoom(state_, reserved_, false)) {
    return false;
  }
  // What was forgotten to make room may be what an event of the batch rested
  // on, which then needs a record too.
  CountFresh(batch);
  if (Fits(*state_, reserved_)) return true;
  for (size_t i = 0; i < fresh_.size(); ++i) {
    fresh_[i] = RecordsOf(batch, batch.events[i]);
  }
  reserved_ = all;
  return MakeRoom(state_, all, false);
}

// Finds which events need a record. Returns how many would if all predictions
// and early labels were new.
int64_t Joiner::CountFresh(const EventBatch& batch) {
  auto as_new = static_cast<int64_t>(batch.to_follow);
  reserved_ = as_new;
  for (size_t i = 0; i < batch.events.size(); ++i) {
    const Event& event = batch.events[i];
    if (!event.has_id) continue;
    const bool predicts = event.prediction_kind != ValueKind::kNone;
    PairKey key;
    chain_.Clear();
    if (names_.KeyOf(event, &key)) chain_.Load(*names_.ModelOf(event), key);
    const uint32_t records = RecordsOf(batch, event);
    as_new += predicts || chain_.empty() ? records : 0;
    const Version* version =
        predicts && !chain_.empty()
            ? names_.VersionOf(event, *names_.ModelOf(event))
            : nullptr;
    const bool known =
        predicts ? version != nullptr && chain_.HasPrediction(version->owner)
                 : !chain_.empty();
    fresh_[i] = known ? 0 : records;
    reserved_ += fresh_[i];
  }
  return as_new;
}

Reject Joiner::ApplyEvent(const EventBatch& batch, size_t place,
                          bool* duplicate, BatchOutcome::Part* part) {
  const Event& event = batch.events[place];
  place_ = static_cast<uint32_t>(place);
  state_->SweepSome(kSweepPerEvent);
  Plan plan;
  plan.event = &event;
  plan.extra = &batch.ExtraOf(event);
  Reject reject = PlanEvent(batch, place, &plan, part);
  if (reserved_ > 0) reserved_ -= fresh_[place];
  if (reject != Reject::kNone) return reject;
  const bool decides_task = plan.decides_task;
  if (decides_task) {
    state_->DecideTask(plan.model, plan.task, TaskOrigin::kAssumed);
    plan = Plan{};
    plan.event = &event;
    plan.extra = &batch.ExtraOf(event);
    reject = PlanEvent(batch, place, &plan, part);
    if (reject != Reject::kNone) return reject;
  }
  const int64_t needed = RecordsNeeded(plan);
  // Dead records go as fast as new ones come.
  if (needed > 1) {
    state_->SweepSome(kSweepPerEvent * static_cast<size_t>(needed - 1));
  }
  if (needed > 0 && !Fits(*state_, reserved_ + needed) && CanFit(needed)) {
    // What goes may be what the plan rests on, so the event is planned again.
    MakeRoom(state_, reserved_ + needed, state_->settings().evict_oldest);
    plan = Plan{};
    plan.event = &event;
    plan.extra = &batch.ExtraOf(event);
    reject = PlanEvent(batch, place, &plan, part);
    if (reject != Reject::kNone) return reject;
  }
  if (!KeepsSet(plan) || LacksRoom(batch, plan, needed)) {
    *part = BatchOutcome::Part::kLabel;
    return Reject::kMemoryLimit;
  }

  if (plan.model != nullptr && now_ms() >= plan.model->next_sample_ms) {
    SampleFigures(state_, plan.model);
    // It may take the room that the event needs.
    plan = Plan{};
    plan.event = &event;
    plan.extra = &batch.ExtraOf(event);
    reject = PlanEvent(batch, place, &plan, part);
    if (reject != Reject::kNone) return reject;
  }
  Build(batch, &plan);
  if (decides_task) Warn(Warning::kTaskAssumed, &plan);
  if (plan.warnings != 0) NoteWarnings(plan);
  if (event.has_id) state_->unsaved_pairs().BeforeChange(plan.key);
  const size_t changed = state_->unsaved_pairs().changed();
  Model* model = plan.model;
  model->last_event_ms = now_ms();
  state_->Touch(model);
  if (plan.version != nullptr && plan.prediction_half != Half::kNothing) {
    plan.version->last_event_ms = now_ms();
  }
  *duplicate = true;
  if (plan.prediction_half == Half::kDuplicate) {
    ++model->counts[kDuplicatePredictions];
  }
  if (plan.label_half == Half::kDuplicate || plan.label_half == Half::kOlder) {
    ++model->counts[kDuplicateLabels];
  }
  if (IsNoted()) NoteTaken(plan);
  if (!event.has_id) {
    *duplicate = false;
    DoUnjoinable(plan);
    return Reject::kNone;
  }
  if (plan.prediction_half == Half::kNew) {
    *duplicate = false;
    DoPrediction(plan);
  }
  if (plan.label_half == Half::kNew) {
    *duplicate = false;
    DoLabel(plan);
  } else if (plan.label_half == Half::kCorrection) {
    *duplicate = false;
    DoCorrection(plan);
  } else if (plan.label_half == Half::kOlder) {
    // A duplicate forgets nothing.
    if (HasSpareRoom()) KeepPastLabel(model, plan.key, plan.label.bits);
  } else if (plan.moves_time) {
    MoveLabelTime(plan);
  }
  ChangedChain(changed);
  return Reject::kNone;
}

// Where others have taken the room meanwhile that there was for all parts of a
// request.
bool Joiner::LacksRoom(const EventBatch& batch, const Plan& plan,
                       int64_t needed) const {
  if (!batch.is_rest || needed == 0 || state_->settings().evict_oldest) {
    return false;
  }
  const bool adds = plan.prediction_half == Half::kNew ||
                    (plan.label_half == Half::kNew && WouldWait(plan));
  return adds && !Fits(*state_, needed);
}

// All of it, if there are more changed records than before.
void Joiner::ChangedChain(size_t before) {
  if (state_->unsaved_pairs().changed() == before) return;
  for (const uint32_t r : chain_) chain_.MarkDirty(r);
}

BatchOutcome::Error Joiner::RejectionOf(const EventBatch& batch, size_t place,
                                        Reject reject,
                                        BatchOutcome::Part part) {
  BatchOutcome::Error error{static_cast<uint32_t>(place), reject, part};
  if (reject != Reject::kTaskMismatch) return error;
  const Event& event = batch.events[place];
  const Model* model = names_.ModelOf(event);
  if (model != nullptr && !model->IsTaskOpen()) {
    error.task = model->task;
    error.task_since_ms = model->task_since_ms;
  } else {
    const ModelSettings& rule =
        state_->settings().For(batch.names[event.model]);
    error.task = rule.task.value_or(TaskTakenFrom(batch, event, rule));
  }
  return error;
}

void Joiner::FindKeys(const EventBatch& batch) {
  keys_.resize(batch.events.size());
  for (size_t i = 0; i < keys_.size(); ++i) {
    const Event& event = batch.events[i];
    keys_[i].known = event.has_id && names_.KeyOf(event, &keys_[i].key);
  }
}

void Joiner::PrefetchIndex(size_t begin, size_t end) const {
  for (size_t i = begin; i < std::min(end, keys_.size()); ++i) {
    if (keys_[i].known) state_->table().PrefetchIndex(keys_[i].key);
  }
}

void Joiner::PrefetchRecords(size_t begin, size_t end) const {
  for (size_t i = begin; i < std::min(end, keys_.size()); ++i) {
    if (keys_[i].known) state_->table().PrefetchRecord(keys_[i].key);
  }
}

// A new prediction needs one, and a label that finds none to score. What more
// they need for the sets of labels that are joined is done without if need be.
int64_t Joiner::RecordsNeeded(const Plan& plan) const {
  if (!plan.event->has_id) return 0;
  const bool predicts = plan.prediction_half == Half::kNew;
  const int64_t records = predicts ? 1 + plan.details : 0;
  if (plan.label_half != Half::kNew && plan.label_half != Half::kCorrection) {
    const bool copies = predicts && plan.standing != nullptr;
    return records + static_cast<int64_t>(
                         copies ? chain_.LabelDetailsOf(*plan.standing) : 0);
  }
  const auto count = [this](RecordKind kind) {
    return std::count_if(chain_.begin(), chain_.end(), [&](uint32_t r) {
      return state_->table().at(r).kind() == kind;
    });
  };
  const int64_t predictions = predicts + count(RecordKind::kPrediction);
  const int64_t of_label = SetDetails(plan.label.set.count);
  if (plan.label_half == Half::kNew && predictions == 0) return 1 + of_label;
  if (of_label == 0) return records;
  // One more, for a label whose pair goes to make this room.
  return records + of_label * (predictions + count(RecordKind::kLabel)) + 1;
}

// True if enough may go.
bool Joiner::CanFit(int64_t needed) const {
  return state_->settings().evict_oldest ||
         static_cast<int64_t>(Waiting(*state_)) + reserved_ + needed <=
             RecordLimit(state_->settings());
}

// A label that waits is worth nothing without its classes.
bool Joiner::KeepsSet(const Plan& plan) const {
  if (plan.task != Task::kMultilabel) return true;
  auto more = static_cast<int64_t>(SetDetails(plan.label.set.count));
  if (plan.label_half == Half::kNew) {
    if (more == 0 || !WouldWait(plan)) return true;
    ++more;  // for the label itself
  } else if (plan.label_half == Half::kCorrection && !plan.standing->joined) {
    more -= static_cast<int64_t>(chain_.LabelDetailsOf(*plan.standing));
  } else {
    return true;
  }
  return more <= 0 || Fits(*state_, reserved_ + more);
}

// A new label that scores nothing yet.
bool Joiner::WouldWait(const Plan& plan) const {
  if (!plan.event->has_id || plan.prediction_half == Half::kNew) return false;
  return std::none_of(chain_.begin(), chain_.end(), [this](uint32_t r) {
    const Record& record = state_->table().at(r);
    return record.kind() == RecordKind::kPrediction && !record.joined;
  });
}

// By which labels of one id are ordered: as sent, also ahead of the clock.
int64_t Joiner::LabelTime(const Event& event) const {
  return event.timestamp_us == kNoTimestamp ? now_us() : event.timestamp_us;
}

int64_t Joiner::PredictionTime(const Event& event) const {
  return event.timestamp_us == kNoTimestamp
             ? now_ms()
             : std::min(event.timestamp_us, now_us()) / 1000;
}

}  // namespace plumbline
