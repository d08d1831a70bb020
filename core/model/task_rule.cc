#include "core/model/task_rule.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace plumbline {

bool IsScored(const EventBatch& batch, const Event& event) {
  const Extra& extra = batch.ExtraOf(event);
  return event.prediction_kind != ValueKind::kNone &&
         (extra.score >= 0 || extra.lacks_scores || extra.scores.count > 0);
}

Task TaskTakenFrom(const EventBatch& batch, const Event& event,
                   const ModelSettings& rule) {
  const bool predicts = event.prediction_kind != ValueKind::kNone;
  const ValueKind kind = predicts ? event.prediction_kind : event.label_kind;
  if (kind == ValueKind::kSet) return Task::kMultilabel;
  if (kind != ValueKind::kReal) return Task::kClassification;
  const auto number =
      std::bit_cast<double>(predicts ? event.prediction : event.label);
  // Data frames write the classes 0 and 1 as 0.0 and 1.0 if a value is missing.
  const bool has_classes = !rule.classes.empty() ||
                           !rule.positive_class.empty() ||
                           IsScored(batch, event);
  return has_classes && IsWhole(number) ? Task::kClassification
                                        : Task::kRegression;
}

bool LeavesTaskOpen(const Event& event) {
  constexpr double kLongest = 1e127;  // has 128 characters as a class
  const auto label = std::bit_cast<double>(event.label);
  return event.prediction_kind == ValueKind::kNone &&
         event.label_kind == ValueKind::kReal && IsWhole(label) &&
         std::fabs(label) < kLongest;
}

bool IsWhole(double number) { return number == std::floor(number); }

std::string WholeText(double number) {
  std::array<char, 320> digits;  // enough for any double
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                 number + 0.0, std::chars_format::fixed, 0);
  return {digits.data(), end.ptr};
}

}  // namespace plumbline
