// Plans the classes of an event: which it names, whether its model accepts
// them, and how they affect its score.

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "core/join/planner.h"
#include "core/model/assumed_positive.h"
#include "core/settings/class_text.h"

namespace plumbline {
namespace {

using Part = BatchOutcome::Part;

std::span<const uint32_t> NamesOf(const EventBatch& batch,
                                  const PlannedValue& value) {
  return std::span(batch.classes).subspan(value.set.begin, value.set.count);
}

bool NamesClassTwice(std::vector<std::string_view> names) {
  for (std::string_view& name : names) {
    // Maps two spellings to one.
    const std::string_view other = OtherSpelling(name);
    if (!other.empty()) name = std::min(name, other);
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

}  // namespace

// Classes in scores become classes of the model. Scores that lack the predicted
// class are left out.
Rejection Planner::PlanScores(Plan* plan) const {
  if (MayUnite(*plan) && ScoresNameClassTwice(*plan)) {
    return {Reject::kInvalidJson, Part::kScores};
  }
  const PlannedValue& predicted = plan->prediction;
  bool refused = false;
  bool complete = false;
  uint32_t new_classes = 0;
  for (uint32_t i = 0; i < plan->scores.count; ++i) {
    const uint32_t name = batch_->class_scores[plan->scores.begin + i].name;
    refused = refused || IsRefused(*plan, name);
    const uint32_t index = names_.ClassOf(plan->model, name);
    const bool is_new = index == kNoClass;
    const bool is_predicted =
        predicted.is_new
            ? is_new && IsSameClass(predicted.text(),
                                    names_.NewClass(*plan->event, name))
            : index == predicted.bits;
    complete = complete || is_predicted;
    new_classes += is_new && !is_predicted;
  }
  if (!complete) {
    plan->scores = {};
    plan->details = 0;
    plan->Warn(Warning::kScoresIncomplete);
    return {};
  }
  plan->new_classes = new_classes;
  if (refused) return {Reject::kUnknownClass, Part::kScores};
  return {};
}

bool Planner::ScoresNameClassTwice(const Plan& plan) const {
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < plan.scores.count; ++i) {
    names.push_back(names_.NewClass(
        *plan.event, batch_->class_scores[plan.scores.begin + i].name));
  }
  return NamesClassTwice(std::move(names));
}

// True if the scores of the event name the class.
bool Planner::IsScored(const Plan& plan, std::string_view text) const {
  const auto begin = batch_->class_scores.begin() + plan.scores.begin;
  return std::any_of(
      begin, begin + plan.scores.count, [&](const ClassScore& s) {
        return IsSameClass(names_.NewClass(*plan.event, s.name), text);
      });
}

// Classes in sets become classes of the model.
Rejection Planner::PlanSets(Plan* plan) const {
  const bool predicts = plan->Predicts();
  const bool labels = plan->AddsLabel();
  if (MayUnite(*plan)) {
    if (predicts && SetNamesClassTwice(*plan, plan->prediction)) {
      return {Reject::kInvalidJson};
    }
    if (labels && SetNamesClassTwice(*plan, plan->label)) {
      return {Reject::kInvalidJson, Part::kLabel};
    }
  }
  if (predicts) {
    for (const uint32_t name : NamesOf(*batch_, plan->prediction)) {
      if (IsRefused(*plan, name)) return {Reject::kUnknownClass};
      plan->new_classes += names_.ClassOf(plan->model, name) == kNoClass;
    }
  }
  return labels ? PlanSetOfLabel(plan) : Rejection();
}

// Classes that the prediction of the same event names are not counted twice.
Rejection Planner::PlanSetOfLabel(Plan* plan) const {
  const bool predicts = plan->Predicts();
  const auto predicted = NamesOf(*batch_, plan->prediction);
  for (const uint32_t name : NamesOf(*batch_, plan->label)) {
    if (IsRefused(*plan, name)) return {Reject::kUnknownClass, Part::kLabel};
    if (names_.ClassOf(plan->model, name) != kNoClass ||
        (predicts &&
         std::binary_search(predicted.begin(), predicted.end(), name))) {
      continue;
    }
    plan->label_adds_class = true;
    ++plan->new_classes;
  }
  return {};
}

bool Planner::SetNamesClassTwice(const Plan& plan,
                                 const PlannedValue& value) const {
  std::vector<std::string_view> classes;
  for (const uint32_t name : NamesOf(*batch_, value)) {
    classes.push_back(names_.NewClass(*plan.event, name));
  }
  return NamesClassTwice(std::move(classes));
}

// True if the model has aliases of classes.
bool Planner::MayUnite(const Plan& plan) const {
  return plan.model != nullptr ? plan.model->has_aliases
                               : !RuleOf(*plan.event).aliases.empty();
}

// True if the model no longer accepts the class, or never did.
bool Planner::IsRefused(const Plan& plan, uint32_t name) const {
  const uint32_t index = names_.ClassOf(plan.model, name);
  if (index != kNoClass) return plan.model->Refuses(index);
  const std::vector<std::string>& configured = RuleOf(*plan.event).classes;
  return !configured.empty() &&
         std::find(configured.begin(), configured.end(),
                   names_.NewClass(*plan.event, name)) == configured.end();
}

// Drops the score if there is no positive class.
void Planner::PlanScore(Plan* plan) const {
  if (plan->score < 0 || WillHavePositive(*plan)) return;
  plan->score = -1;
  plan->Warn(Warning::kNoPositiveClass);
}

// True if a positive class is known after the classes of the event are added.
bool Planner::WillHavePositive(const Plan& plan) const {
  AssumedPositive assumed;
  if (plan.model != nullptr) {
    const Model& model = *plan.model;
    const bool is_assumed =
        model.positive_origin.load(std::memory_order_relaxed) ==
        PositiveOrigin::kAssumed;
    const bool may_begin = model.class_count() == 0;
    if (!may_begin && !(is_assumed && plan.adds_classes)) {
      return model.HasPositiveClass();
    }
    assumed = model.Assumed();
  }
  const ModelSettings& rule = RuleOf(*plan.event);
  if (!rule.positive_class.empty()) return true;
  for (const std::string& name : rule.classes) assumed.Add(name);
  if (plan.prediction.is_new) assumed.Add(plan.prediction.text());
  if (plan.AddsLabel() && plan.label.is_new) assumed.Add(plan.label.text());
  for (uint32_t i = 0; i < plan.scores.count; ++i) {
    assumed.Add(names_.NewClass(
        *plan.event, batch_->class_scores[plan.scores.begin + i].name));
  }
  return !assumed.Get().empty();
}

}  // namespace plumbline
