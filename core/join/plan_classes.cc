// Which classes an event names, and whether its model may have them.

#include <algorithm>
#include <bit>
#include <charconv>
#include <span>
#include <string>
#include <vector>

#include "core/join/joiner.h"

namespace plumbline {

// Classes that scores name are classes of the model. Without the class that is
// predicted among them they are left out.
Reject Joiner::PlanScores(const EventBatch& batch, Plan* plan) {
  const Value& predicted = plan->prediction;
  const Range range = plan->extra->scores;
  if (MayUnite(batch, *plan)) {
    std::vector<std::string_view> names;
    for (uint32_t i = 0; i < range.count; ++i) {
      names.push_back(names_.NewClass(
          *plan->event, batch.class_scores[range.begin + i].name));
    }
    if (NamesClassTwice(std::move(names))) return Reject::kInvalidJson;
  }
  bool refused = false;
  bool complete = false;
  uint32_t new_classes = 0;
  for (uint32_t i = 0; i < range.count; ++i) {
    const uint32_t name = batch.class_scores[range.begin + i].name;
    refused = refused || IsRefused(batch, *plan, name);
    const uint32_t index = names_.ClassOf(plan->model, name);
    const bool is_new = index == kNoClass;
    const bool is_predicted =
        predicted.is_new
            ? is_new && IsSameClass(predicted.text,
                                    names_.NewClass(*plan->event, name))
            : index == predicted.bits;
    complete = complete || is_predicted;
    new_classes += is_new && !is_predicted;
  }
  if (!complete) {
    without_scores_ = *plan->extra;
    without_scores_.scores = {};
    plan->extra = &without_scores_;
    plan->details = 0;
    Warn(Warning::kScoresIncomplete, plan);
    return Reject::kNone;
  }
  plan->new_classes = new_classes;
  return refused ? Reject::kUnknownClass : Reject::kNone;
}

// True if a positive class is known once the classes of the event are there.
bool Joiner::WillHavePositive(const EventBatch& batch, const Plan& plan) const {
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
  const ModelSettings& rule =
      state_->settings().For(batch.names[plan.event->model]);
  if (!rule.positive_class.empty()) return true;
  for (const std::string& name : rule.classes) assumed.Add(name);
  if (plan.prediction.is_new) assumed.Add(plan.prediction.text);
  if (AddsLabel(plan) && plan.label.is_new) {
    assumed.Add(plan.label.text);
  }
  const Range range = plan.extra->scores;
  for (uint32_t i = 0; i < range.count; ++i) {
    assumed.Add(
        names_.NewClass(*plan.event, batch.class_scores[range.begin + i].name));
  }
  return !assumed.Get().empty();
}

// True if classes of the model may have other names than their spelling.
bool Joiner::MayUnite(const EventBatch& batch, const Plan& plan) const {
  if (plan.model != nullptr) return plan.model->has_aliases;
  return !state_->settings()
              .For(batch.names[plan.event->model])
              .aliases.empty();
}

bool Joiner::NamesClassTwice(std::vector<std::string_view> names) {
  for (std::string_view& name : names) {
    // One of two spellings, for both.
    const std::string_view other = OtherSpelling(name);
    if (!other.empty()) name = std::min(name, other);
  }
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

// True if the event's scores name the class.
bool Joiner::IsScored(const EventBatch& batch, const Plan& plan,
                      std::string_view text) const {
  const Range range = plan.extra->scores;
  const auto begin = batch.class_scores.begin() + range.begin;
  return std::any_of(begin, begin + range.count, [&](const ClassScore& s) {
    return IsSameClass(names_.NewClass(*plan.event, s.name), text);
  });
}

const ModelSettings& Joiner::RuleOf(const Model& model) const {
  return state_->settings().For(model.name);
}

// An integer in decimal. False if it is longer than a class may be.
bool Joiner::WriteDigits(ValueKind kind, uint64_t raw, Value* value) {
  char* const end = value->digits + kLongestClass;
  std::to_chars_result result{};
  if (kind == ValueKind::kInteger) {
    result = std::to_chars(value->digits, end, static_cast<int64_t>(raw));
  } else if (kind == ValueKind::kUnsigned) {
    result = std::to_chars(value->digits, end, raw);
  } else {
    result = std::to_chars(value->digits, end, std::bit_cast<double>(raw) + 0.0,
                           std::chars_format::fixed, 0);
  }
  if (result.ec != std::errc()) return false;
  value->text = std::string_view(value->digits, result.ptr - value->digits);
  return true;
}

void Joiner::ReadSet(const EventBatch& batch, Model* model, Range range,
                     Value* value) {
  ClassSet set;
  for (uint32_t i = 0; i < range.count; ++i) {
    const uint32_t index =
        names_.ClassOf(model, batch.classes[range.begin + i]);
    value->is_new = value->is_new || index == kNoClass;
    set.push_back(index);
  }
  std::sort(set.begin(), set.end());
  value->set = range;
  value->bits = value->is_new ? 0 : ValueOfSet(set);
}

// The classes of sets are classes of the model.
Reject Joiner::PlanSets(const EventBatch& batch, Plan* plan,
                        BatchOutcome::Part* part) {
  const auto names_of = [&batch](const Value& value) {
    return std::span(batch.classes).subspan(value.set.begin, value.set.count);
  };
  const bool predicts = plan->prediction_half == Half::kNew;
  const bool labels = AddsLabel(*plan);
  if (MayUnite(batch, *plan)) {
    const auto twice = [&](const Value& value) {
      std::vector<std::string_view> classes;
      for (const uint32_t name : names_of(value)) {
        classes.push_back(names_.NewClass(*plan->event, name));
      }
      return NamesClassTwice(std::move(classes));
    };
    if (predicts && twice(plan->prediction)) return Reject::kInvalidJson;
    if (labels && twice(plan->label)) {
      *part = BatchOutcome::Part::kLabel;
      return Reject::kInvalidJson;
    }
  }
  for (const uint32_t name : names_of(plan->prediction)) {
    if (!predicts) break;
    if (IsRefused(batch, *plan, name)) return Reject::kUnknownClass;
    plan->new_classes += names_.ClassOf(plan->model, name) == kNoClass;
  }
  for (const uint32_t name : names_of(plan->label)) {
    if (!labels) break;
    if (IsRefused(batch, *plan, name)) {
      *part = BatchOutcome::Part::kLabel;
      return Reject::kUnknownClass;
    }
    const auto predicted = names_of(plan->prediction);
    if (names_.ClassOf(plan->model, name) != kNoClass ||
        (predicts &&
         std::binary_search(predicted.begin(), predicted.end(), name))) {
      continue;
    }
    plan->label_adds_class = true;
    ++plan->new_classes;
  }
  return Reject::kNone;
}

// True if the model must not have the class any more, or at all.
bool Joiner::IsRefused(const EventBatch& batch, const Plan& plan,
                       uint32_t name) {
  const uint32_t index = names_.ClassOf(plan.model, name);
  if (index != kNoClass) return plan.model->Refuses(index);
  const std::vector<std::string>& configured =
      state_->settings().For(batch.names[plan.event->model]).classes;
  return !configured.empty() &&
         std::find(configured.begin(), configured.end(),
                   names_.NewClass(*plan.event, name)) == configured.end();
}

}  // namespace plumbline
