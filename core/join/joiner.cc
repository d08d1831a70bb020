#include "core/join/joiner.h"

#include "core/join/early.h"
#include "core/join/figure_sampler.h"
#include "core/model/task_rule.h"

namespace plumbline {
namespace {

// 12 looks per event scan the whole table while a twelfth of it is added. So
// each dead record is met before an eighth as many records are added.
constexpr size_t kSweepPerEvent = 12;

}  // namespace

// Functions with one caller are inline: they are on the hot path of every
// event.

void Joiner::Apply(const EventBatch& batch, BatchOutcome* outcome) {
  batch_ = &batch;
  names_.Begin(batch);
  if (!reservation_.Admit(batch)) {
    outcome->full = true;
    return;
  }
  keys_.Find(batch, &names_);
  planner_.Begin(batch);
  doer_.Begin(batch);
  report_.Begin(batch.events.size(), state_->now_ms(), outcome);
  for (size_t i = 0; i < batch.events.size(); ++i) {
    keys_.Reach(i);
    ApplyEvent(i);
  }
}

inline void Joiner::ApplyEvent(size_t place) {
  state_->SweepSome(kSweepPerEvent);
  report_.BeginEvent(place);
  reservation_.Release(place);
  PlanResult decided = Decide(place);
  if (decided.rejection) {
    report_.NoteRejected(ErrorOf(place, decided.rejection));
  } else {
    doer_.Do(&decided.plan);
  }
}

// Plans an event, as a rule once. Three steps change the state that a plan
// rests on. Each runs only if the event will not be rejected. After one ran,
// which is rare, the event is looked up and planned again.
PlanResult Joiner::Decide(size_t place) {
  PlanResult result = PlanEvent(place);
  if (result.rejection) return result;
  // 1. The task of the model. Early labels of the chain become readable.
  const bool decides_task = DecideTask(result.plan);
  if (decides_task) {
    result = PlanEvent(place);
    if (result.rejection) return result;
  }
  // 2. Room under the limit. Records of the chain may be evicted, and versions
  // may become ready to retire.
  const int64_t needed = reservation_.RecordsNeeded(result.plan);
  // Dead records are removed as fast as new ones are added.
  if (needed > 1) {
    state_->SweepSome(kSweepPerEvent * static_cast<size_t>(needed - 1));
  }
  if (reservation_.MakeRoomFor(needed)) {
    result = PlanEvent(place);
    if (result.rejection) return result;
  }
  if (!reservation_.HasRoomFor(result.plan, needed)) {
    result.rejection = {Reject::kMemoryLimit, BatchOutcome::Part::kLabel};
    return result;
  }
  // 3. The hourly sample of figures. It takes from limits.window_bytes and from
  // nothing else that plans rest on.
  if (SampleIfDue(result.plan) && result.plan.grows_windows) {
    result = PlanEvent(place);
    if (result.rejection) return result;
  }
  if (decides_task) result.plan.Warn(Warning::kTaskAssumed);
  return result;
}

inline PlanResult Joiner::PlanEvent(size_t place) {
  return planner_.Decide(LookUp(place));
}

inline Subject Joiner::LookUp(size_t place) {
  const Event& event = batch_->events[place];
  Subject subject;
  subject.event = &event;
  subject.extra = &batch_->ExtraOf(event);
  subject.model = names_.ModelOf(event);
  planner_.ReadTask(&subject);
  chain_.Clear();
  if (subject.model == nullptr) return subject;
  state_->BeforeChange(subject.model);
  if (event.prediction_kind != ValueKind::kNone) {
    subject.version = names_.VersionOf(event, *subject.model);
  }
  if (event.has_id) ReadChain(place, &subject);
  return subject;
}

inline void Joiner::ReadChain(size_t place, Subject* subject) {
  const Model& model = *subject->model;
  if (const PairKey* key = keys_.Get(place)) {
    subject->key = *key;
  } else {
    names_.KeyOf(*subject->event, &subject->key);
  }
  chain_.Load(model, subject->key);
  if (model.is_settled) return;
  if (!model.IsTaskOpen()) {
    ReadEarlyLabels(state_, model, subject->key, chain_);
  } else if (subject->decides_task) {
    // The chain is loaded again once its labels can be read.
    chain_.Clear();
  }
}

bool Joiner::DecideTask(const Plan& plan) {
  if (!plan.decides_task) return false;
  state_->DecideTask(plan.model, plan.task, TaskOrigin::kAssumed);
  return true;
}

// Samples before events of this hour are published.
bool Joiner::SampleIfDue(const Plan& plan) {
  if (plan.model == nullptr || state_->now_ms() < plan.model->next_sample_ms) {
    return false;
  }
  SampleFigures(state_, plan.model);
  return true;
}

BatchOutcome::Error Joiner::ErrorOf(size_t place, const Rejection& rejection) {
  BatchOutcome::Error error{static_cast<uint32_t>(place), rejection.reject,
                            rejection.part};
  if (rejection.reject != Reject::kTaskMismatch) return error;
  const Event& event = batch_->events[place];
  const Model* model = names_.ModelOf(event);
  if (model != nullptr && !model->IsTaskOpen()) {
    error.task = model->task;
    error.task_since_ms = model->task_since_ms;
  } else {
    const ModelSettings& rule =
        state_->settings().For(batch_->names[event.model]);
    error.task = rule.task.value_or(TaskTakenFrom(*batch_, event, rule));
  }
  return error;
}

}  // namespace plumbline
