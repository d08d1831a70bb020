// Creates what the event needs and the state lacks.

#include <algorithm>
#include <string_view>

#include "core/join/doer.h"
#include "core/join/early.h"
#include "core/join/plan_slices.h"

namespace plumbline {

// Functions with one caller are inline: they are on the hot path of every
// event.

void Doer::Build(Plan* plan) {
  if (plan->model == nullptr) AddModel(plan);
  if (plan->Predicts() && plan->version == nullptr) AddVersion(plan);
  if (plan->adds_slices) AddSlices(plan);
  if (plan->Predicts()) AddScores(*plan);
  details_.scores.clear();
  if (plan->task == Task::kMultilabel) {
    if (plan->Predicts()) {
      details_.set = SettleSet(plan->model, &plan->prediction);
    }
    if (plan->AddsLabel()) label_set_ = SettleSet(plan->model, &plan->label);
  }
  if (plan->is_early && plan->AddsLabel()) {
    KeepEarlyLabel(plan->model, plan->label.bits, plan->event->label);
  }
  if (plan->task == Task::kClassification) SettleClasses(plan);
}

void Doer::AddModel(Plan* plan) {
  const std::string_view name = batch_->names[plan->event->model];
  TaskOrigin origin = TaskOrigin::kConfigured;
  if (plan->is_early) {
    origin = TaskOrigin::kOpen;
  } else if (!state_->settings().For(name).task) {
    origin = TaskOrigin::kAssumed;
    plan->Warn(Warning::kTaskAssumed);
  }
  plan->model = state_->AddModel(name, plan->task, origin);
  names_.KeyOf(*plan->event, &plan->key);
}

void Doer::AddVersion(Plan* plan) {
  if (plan->retires) RetireVersions(*plan);
  plan->version =
      state_->AddVersion(plan->model, batch_->names[plan->event->version]);
}

void Doer::RetireVersions(const Plan& plan) {
  // Publishes earlier events of the group before their versions are removed.
  state_->Publish();
  for (Version* version : state_->VersionsInTheWay(*plan.model)) {
    state_->Retire(plan.model, version);
  }
  // Cached look-ups may point to the removed versions.
  names_.ForgetVersionsOf(plan.model);
  if (plan.event->has_id) chain_.Load(*plan.model, plan.key);
}

void Doer::AddSlices(Plan* plan) {
  plan->slices = state_->AddSlices(
      plan->model, plan->version,
      SegmentsToAdd(state_->settings(), *batch_, *plan, plan->segments_fit));
}

inline void Doer::AddScores(const Plan& plan) {
  const bool of_classes = plan.scores.count > 0 && !plan.model->class_scored;
  if (of_classes || (plan.score >= 0 && !plan.model->scored)) {
    state_->AddScores(plan.model, of_classes);
  }
}

inline void Doer::SettleClasses(Plan* plan) {
  if (plan->Predicts()) SettleClass(plan->model, &plan->prediction);
  if (plan->AddsLabel()) SettleClass(plan->model, &plan->label);
  if (plan->scores.count > 0) SettleScores(*plan);
  if (plan->adds_classes && state_->AssumePositiveClass(plan->model)) {
    plan->Warn(Warning::kPositiveClassEnded);
  }
}

inline void Doer::SettleClass(Model* model, PlannedValue* value) {
  if (!value->is_new) return;
  value->bits = model->FindClass(value->text());
  if (value->bits == kNoClass) {
    value->bits = state_->AddClass(model, value->text());
  }
}

void Doer::SettleScores(const Plan& plan) {
  ScorePool::List& scores = details_.scores;
  const Range range = plan.scores;
  for (uint32_t i = 0; i < range.count; ++i) {
    const ClassScore& score = batch_->class_scores[range.begin + i];
    uint32_t index = names_.ClassOf(plan.model, score.name);
    if (index == kNoClass) {
      index = state_->AddClass(plan.model,
                               names_.NewClass(*plan.event, score.name));
    }
    // Rounded as the packed record stores it.
    const double kept = ScoreOfPacked(PackScore(0, score.score));
    const bool last = i + 1 == range.count && scores.empty();
    if (kept > 0 || last) scores.push_back({index, kept});
  }
}

ClassSet Doer::SettleSet(Model* model, PlannedValue* value) {
  ClassSet set;
  for (uint32_t i = 0; i < value->set.count; ++i) {
    const uint32_t name = batch_->classes[value->set.begin + i];
    const uint32_t index = names_.ClassOf(model, name);
    set.push_back(
        index != kNoClass
            ? index
            : state_->AddClass(model, state_->settings()
                                          .For(model->name)
                                          .ClassOf(batch_->names[name])));
  }
  std::sort(set.begin(), set.end());
  value->bits = ValueOfSet(set);
  return set;
}

}  // namespace plumbline
