#include "core/join/planner.h"

#include "core/join/early.h"
#include "core/join/event_time.h"
#include "core/join/record_counts.h"
#include "core/model/task_rule.h"

namespace plumbline {

using Part = BatchOutcome::Part;

PlanResult Planner::Decide(const Subject& subject) const {
  PlanResult result = DecideWith(subject, true);
  if (result.rejection && result.plan.label_half == Half::kOlder) {
    // A duplicate is not rejected because of a value that it need not remember.
    result = DecideWith(subject, false);
  }
  return result;
}

PlanResult Planner::DecideWith(const Subject& subject, bool keeps_older) const {
  PlanResult result;
  Plan& plan = result.plan;
  static_cast<Subject&>(plan) = subject;
  plan.standing = chain_.Standing();
  Rejection& rejection = result.rejection;
  rejection = PlanPrediction(&plan);
  if (!rejection) rejection = PlanLabel(keeps_older, &plan);
  if (!rejection && plan.task == Task::kMultilabel) rejection = PlanSets(&plan);
  if (!rejection) rejection = CheckLimits(&plan);
  return result;
}

// The task is configured, or the model's, or taken from the first event that
// tells it.
void Planner::TakeTask(Subject* subject) const {
  const Event& event = *subject->event;
  const Model* model = subject->model;
  if (model == nullptr) {
    const ModelSettings& rule = RuleOf(event);
    subject->task = rule.task.value_or(TaskTakenFrom(*batch_, event, rule));
    subject->is_early = !rule.task && LeavesTaskOpen(event);
    return;
  }
  subject->task = model->task;
  if (!model->IsTaskOpen()) return;
  subject->is_early = StaysOpen(state_.settings(), *model, event);
  if (subject->is_early) return;
  subject->decides_task = true;
  subject->task = TaskTakenFrom(*batch_, event, RuleOf(event));
}

// The first prediction for a model, version and id is kept.
Rejection Planner::PlanPrediction(Plan* plan) const {
  const Event& event = *plan->event;
  if (event.prediction_kind == ValueKind::kNone) return {};
  if (plan->version != nullptr && chain_.HasPrediction(plan->version->owner)) {
    plan->prediction_half = Half::kDuplicate;
    return {};
  }
  plan->prediction_half = Half::kNew;
  const Reject reject =
      Read(*plan, event.prediction_kind, event.prediction, &plan->prediction);
  if (reject != Reject::kNone) return {reject};
  plan->details = DetailCount(*batch_, event);
  return event.extra == kNoExtra ? Rejection() : PlanExtra(plan);
}

// Plans the extra fields of a new prediction.
Rejection Planner::PlanExtra(Plan* plan) const {
  plan->score = plan->extra->score;
  plan->scores = plan->extra->scores;
  const bool has_scores = plan->scores.count > 0;
  if ((plan->score >= 0 || has_scores) && plan->task != Task::kClassification) {
    return {Reject::kTaskMismatch};
  }
  if (has_scores) {
    const Rejection rejection = PlanScores(plan);
    if (rejection) return rejection;
  }
  if (plan->extra->segments.count > 0) PlanSlices(plan);
  return {};
}

// Most segments of a batch repeat; those are found in a cache.
void Planner::PlanSlices(Plan* plan) const {
  if (plan->model == nullptr || plan->version == nullptr) {
    plan->adds_slices = true;
    return;
  }
  const Slicing& slicing = plan->model->slicing;
  if (slicing.empty()) return;
  const Range segments = plan->extra->segments;
  const uint32_t known =
      names_.SlicesOf(*plan->version, *plan->model, segments);
  if (known != BatchNames::kUnknown) {
    plan->slices = known;
    return;
  }
  std::vector<uint32_t> numbers;
  for (const auto& labels : slicing.LabelsOf(*batch_, segments)) {
    if (labels.empty()) continue;
    const auto* segment = slicing.Find(labels);
    if (segment == nullptr ||
        plan->version->FindSlice(segment->number) == nullptr) {
      plan->adds_slices = true;
      return;
    }
    numbers.push_back(segment->number);
  }
  const auto set = slicing.FindSet(numbers);
  plan->adds_slices = !set;
  plan->slices = set.value_or(Slicing::kNoSet);
  if (set) {
    names_.RememberSlices(*plan->version, *plan->model, segments, *set);
  }
}

Rejection Planner::PlanLabel(bool keeps_older, Plan* plan) const {
  const Event& event = *plan->event;
  if (event.label_kind == ValueKind::kNone) return {};
  const Reject reject =
      Read(*plan, event.label_kind, event.label, &plan->label);
  if (reject != Reject::kNone) return {reject, Part::kLabel};
  plan->label_half =
      plan->standing == nullptr ? Half::kNew : AnotherLabel(keeps_older, plan);
  return {};
}

// REQUIRES: there is a current label.
Half Planner::AnotherLabel(bool keeps_older, Plan* plan) const {
  if (!state_.settings().correct_labels) return Half::kDuplicate;
  const PlannedValue& label = plan->label;
  const bool timed = plan->event->timestamp_us != kNoTimestamp;
  const int64_t time_us = LabelTimeUs(*plan->event, state_.now_ms());
  const auto standing_us = static_cast<int64_t>(plan->standing->label_time);
  if (!label.is_new &&
      Chain::IsSameLabel(*plan->model, label.bits, plan->standing->label())) {
    plan->moves_time = timed && time_us > standing_us;
    return Half::kDuplicate;
  }
  if (plan->task == Task::kMultilabel && !chain_.StandingSet(*plan->standing)) {
    return Half::kDuplicate;  // the value to correct is unknown
  }
  const bool unseen =
      (label.is_new || !chain_.HadLabel(*plan->model, label.bits)) &&
      chain_.PastLabels() < kPastLabels;
  if (!timed) return unseen ? Half::kCorrection : Half::kDuplicate;
  if (time_us > standing_us || (time_us == standing_us && IsGreater(*plan))) {
    return Half::kCorrection;
  }
  return unseen && keeps_older ? Half::kOlder : Half::kDuplicate;
}

}  // namespace plumbline
