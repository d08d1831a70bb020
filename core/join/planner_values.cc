// Reads the values of an event, and compares them.

#include <algorithm>
#include <bit>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "core/join/early.h"
#include "core/join/planner.h"
#include "core/model/task_rule.h"
#include "core/pairs/class_set.h"

namespace plumbline {
namespace {

double NumberOf(ValueKind kind, uint64_t raw) {
  if (kind == ValueKind::kInteger) {
    return static_cast<double>(static_cast<int64_t>(raw));
  }
  return kind == ValueKind::kUnsigned ? static_cast<double>(raw)
                                      : std::bit_cast<double>(raw);
}

}  // namespace

bool PlannedValue::WriteDigits(ValueKind kind, uint64_t raw) {
  static_assert(kLongestClass <= UINT8_MAX);
  char* const end = digits_ + kLongestClass;
  std::to_chars_result result{};
  if (kind == ValueKind::kInteger) {
    result = std::to_chars(digits_, end, static_cast<int64_t>(raw));
  } else if (kind == ValueKind::kUnsigned) {
    result = std::to_chars(digits_, end, raw);
  } else {
    result = std::to_chars(digits_, end, std::bit_cast<double>(raw) + 0.0,
                           std::chars_format::fixed, 0);
  }
  if (result.ec != std::errc()) return false;
  digit_count_ = static_cast<uint8_t>(result.ptr - digits_);
  return true;
}

// Reads a value as the task requires.
Reject Planner::Read(const Plan& plan, ValueKind kind, uint64_t raw,
                     PlannedValue* value) const {
  if (plan.task == Task::kRegression) {
    return ReadNumber(plan, kind, raw, value);
  }
  if ((kind == ValueKind::kSet) != (plan.task == Task::kMultilabel)) {
    return Reject::kTaskMismatch;
  }
  if (kind == ValueKind::kSet) {
    ReadSet(plan.model, Range::Of(raw), value);
    return Reject::kNone;
  }
  return ReadClass(plan, kind, raw, value);
}

Reject Planner::ReadNumber(const Plan& plan, ValueKind kind, uint64_t raw,
                           PlannedValue* value) const {
  if (kind == ValueKind::kText || kind == ValueKind::kSet) {
    return Reject::kTaskMismatch;
  }
  const double number = NumberOf(kind, raw);
  value->bits = std::bit_cast<uint64_t>(number + 0.0);  // maps -0.0 to 0.0
  return plan.is_early ? ReadEarly(plan, value) : Reject::kNone;
}

// Replaces the value by its index among the early labels.
Reject Planner::ReadEarly(const Plan& plan, PlannedValue* value) const {
  const ModelSettings& rule = RuleOf(*plan.event);
  const std::string text = WholeText(std::bit_cast<double>(value->bits));
  if (!rule.classes.empty() &&
      std::find(rule.classes.begin(), rule.classes.end(), rule.ClassOf(text)) ==
          rule.classes.end()) {
    return Reject::kUnknownClass;
  }
  value->bits =
      plan.model == nullptr ? 0 : EarlyPlaceOf(*plan.model, value->bits);
  return Reject::kNone;
}

Reject Planner::ReadClass(const Plan& plan, ValueKind kind, uint64_t raw,
                          PlannedValue* value) const {
  const Model* const model = plan.model;
  uint32_t index = kNoClass;
  if (kind == ValueKind::kText) {
    const auto name = static_cast<uint32_t>(raw);
    index = names_.ClassOf(model, name);
    if (index == kNoClass) value->set_name(names_.NewClass(*plan.event, name));
  } else {
    if (kind == ValueKind::kReal && !IsWhole(std::bit_cast<double>(raw))) {
      return Reject::kTaskMismatch;
    }
    // The look-up of small integers needs no text.
    if (kind == ValueKind::kInteger && model != nullptr) {
      index = model->FindSmallInteger(static_cast<int64_t>(raw));
    }
    if (index == kNoClass) {
      if (!value->WriteDigits(kind, raw)) return Reject::kTooLong;
      if (model != nullptr) index = model->FindClass(value->text());
    }
    if (index == kNoClass) {
      // The text is an alias of the settings, or the digits themselves.
      const std::string_view name = RuleOf(*plan.event).ClassOf(value->text());
      if (name != value->text()) value->set_name(name);
      if (model != nullptr) index = model->FindClass(value->text());
    }
  }
  value->is_new = index == kNoClass;
  value->bits = index;
  return Reject::kNone;
}

void Planner::ReadSet(Model* model, Range range, PlannedValue* value) const {
  ClassSet set;
  for (uint32_t i = 0; i < range.count; ++i) {
    const uint32_t index =
        names_.ClassOf(model, batch_->classes[range.begin + i]);
    value->is_new = value->is_new || index == kNoClass;
    set.push_back(index);
  }
  std::sort(set.begin(), set.end());
  value->set = range;
  value->bits = value->is_new ? 0 : ValueOfSet(set);
}

// Compares with the current label.
bool Planner::IsGreater(const Plan& plan) const {
  const Model& model = *plan.model;
  const uint64_t standing = plan.standing->label();
  const auto number = [](uint64_t bits) { return std::bit_cast<double>(bits); };
  if (plan.is_early) {
    // They are numbers until the task decides whether they are classes.
    return number(plan.event->label) > number(model.early_labels[standing]);
  }
  if (plan.task == Task::kRegression) {
    return number(plan.label.bits) > number(standing);
  }
  ClassSet set = {static_cast<uint32_t>(standing)};
  if (plan.task == Task::kMultilabel) {
    set = chain_.StandingSet(*plan.standing).value_or(ClassSet());
  }
  std::vector<std::string_view> texts;
  for (const uint32_t index : RepresentativesOf(model, std::move(set))) {
    texts.push_back(*model.classes.Get()[index]);
  }
  std::sort(texts.begin(), texts.end());
  return TextsOfLabel(plan) > texts;
}

// The classes of the event's label in the model's spelling, sorted.
std::vector<std::string_view> Planner::TextsOfLabel(const Plan& plan) const {
  const auto& classes = plan.model->classes.Get();
  if (plan.task == Task::kClassification) {
    if (plan.label.is_new) return {plan.label.text()};
    return {*classes[plan.label.bits]};
  }
  std::vector<std::string_view> texts;
  for (uint32_t i = 0; i < plan.label.set.count; ++i) {
    const uint32_t name = batch_->classes[plan.label.set.begin + i];
    const uint32_t index = names_.ClassOf(plan.model, name);
    texts.push_back(index == kNoClass ? names_.NewClass(*plan.event, name)
                                      : *classes[index]);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace plumbline
