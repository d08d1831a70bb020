// Checks that the limits allow what a plan adds.

#include <algorithm>
#include <string>

#include "core/join/plan_slices.h"
#include "core/join/planner.h"
#include "core/settings/class_text.h"

namespace plumbline {
namespace {

using Part = BatchOutcome::Part;

bool IsUnlisted(const ModelSettings& rule, const PlannedValue& value) {
  return !rule.classes.empty() &&
         std::find(rule.classes.begin(), rule.classes.end(), value.text()) ==
             rule.classes.end();
}

}  // namespace

Rejection Planner::CheckLimits(Plan* plan) const {
  if (!plan->Predicts() && !plan->AddsLabel()) return {};
  const Model* const model = plan->model;
  Growth growth = GrowthOf(*plan);
  plan->adds_classes = growth.classes > 0;
  PlanScore(plan);
  const Rejection rejection = CheckClasses(*plan);
  if (rejection) return rejection;
  growth.class_scores =
      plan->scores.count > 0 && (model == nullptr || !model->class_scored);
  growth.scores = growth.class_scores ||
                  (plan->score >= 0 && (model == nullptr || !model->scored));
  if (model != nullptr && !growth.version && growth.classes == 0 &&
      !plan->adds_slices && !growth.scores) {
    return {};
  }
  return CheckCounts(growth, plan);
}

// Leaves out growth by scores.
Planner::Growth Planner::GrowthOf(const Plan& plan) const {
  Growth growth;
  growth.version = plan.Predicts() && plan.version == nullptr;
  if (plan.task == Task::kClassification) {
    const PlannedValue& label = plan.label;
    growth.predicted_class = plan.Predicts() && plan.prediction.is_new;
    growth.label_class =
        plan.AddsLabel() && label.is_new &&
        !(growth.predicted_class &&
          IsSameClass(label.text(), plan.prediction.text())) &&
        !(plan.new_classes > 0 && IsScored(plan, label.text()));
  }
  growth.classes = uint32_t{growth.predicted_class} +
                   uint32_t{growth.label_class} + plan.new_classes;
  return growth;
}

// Rejects classes that the model knows but no longer accepts.
Rejection Planner::CheckClasses(const Plan& plan) const {
  const Model* const model = plan.model;
  if (model == nullptr || model->refused.empty() ||
      plan.task != Task::kClassification) {
    return {};
  }
  if (plan.Predicts() && model->Refuses(plan.prediction.bits)) {
    return {Reject::kUnknownClass};
  }
  if (plan.AddsLabel() && model->Refuses(plan.label.bits)) {
    return {Reject::kUnknownClass, Part::kLabel};
  }
  return {};
}

Rejection Planner::CheckCounts(const Growth& growth, Plan* plan) const {
  const Settings& settings = state_.settings();
  const Model* const model = plan->model;
  if (model == nullptr &&
      static_cast<int64_t>(state_.models().Get().size()) >= settings.models) {
    return {Reject::kModelLimit};
  }
  const size_t versions = model == nullptr ? 0 : model->versions.Get().size();
  if (growth.version &&
      static_cast<int64_t>(versions) >= settings.versions_per_model) {
    plan->retires = settings.retire_oldest_version &&
                    !state_.VersionsInTheWay(*model).empty();
    if (!plan->retires) return {Reject::kVersionLimit};
  }
  const Rejection rejection = CheckNewClasses(growth, *plan);
  if (rejection) return rejection;
  plan->grows_windows = true;
  if (FitsWindows(growth, plan)) return {};
  return {Reject::kMemoryLimit};  // windows belong to neither half
}

Rejection Planner::CheckNewClasses(const Growth& growth,
                                   const Plan& plan) const {
  const ModelSettings& rule = RuleOf(*plan.event);
  if (growth.predicted_class && IsUnlisted(rule, plan.prediction)) {
    return {Reject::kUnknownClass};
  }
  const bool label_adds = growth.label_class || plan.label_adds_class;
  if (growth.label_class && IsUnlisted(rule, plan.label)) {
    return {Reject::kUnknownClass, Part::kLabel};
  }
  if (growth.classes > 0 &&
      ClassesWith(growth, plan) > state_.settings().classes) {
    return {Reject::kClassLimit, label_adds ? Part::kLabel : Part::kPrediction};
  }
  return {};
}

// Checks limits.window_bytes, with new segments or else with the segment of
// others.
bool Planner::FitsWindows(const Growth& growth, Plan* plan) const {
  const Settings& settings = state_.settings();
  const WindowShape shape = ShapeWith(growth, *plan);
  const int64_t charged =
      plan->model == nullptr ? 0 : plan->model->window_bytes;
  const auto fits = [&](size_t slices) {
    WindowShape wanted = shape;
    wanted.slices += slices;
    wanted.sets += plan->adds_slices;
    return state_.window_bytes() - charged +
               WindowBytes(settings, ModelName(*plan->event), wanted) <=
           settings.window_bytes;
  };
  if (!plan->adds_slices) return fits(0);
  plan->segments_fit = fits(CountNewSlices(settings, *batch_, *plan, true));
  return plan->segments_fit ||
         fits(CountNewSlices(settings, *batch_, *plan, false));
}

// A new model has the configured classes and accepts no others.
uint32_t Planner::ClassesWith(const Growth& growth, const Plan& plan) const {
  if (plan.model != nullptr) return plan.model->class_count() + growth.classes;
  const auto configured =
      static_cast<uint32_t>(RuleOf(*plan.event).classes.size());
  return std::max(growth.classes,
                  plan.task == Task::kRegression ? 0 : configured);
}

WindowShape Planner::ShapeWith(const Growth& growth, const Plan& plan) const {
  WindowShape shape;
  if (plan.model != nullptr) {
    const auto retiring = plan.retires ? state_.VersionsInTheWay(*plan.model)
                                       : std::vector<Version*>();
    shape = ShapeOf(*plan.model, retiring);
  }
  shape.task = plan.task;
  shape.versions += growth.version;
  shape.classes = ClassesWith(growth, plan);
  shape.scored = shape.scored || growth.scores;
  shape.class_scored = shape.class_scored || growth.class_scores;
  return shape;
}

}  // namespace plumbline
