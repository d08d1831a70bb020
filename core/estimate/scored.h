// Scored: the cells of estimates that a prediction or a pair counts in.

#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "core/window/counting.h"
#include "core/window/estimate_bins.h"

namespace plumbline {

// Calls `visit(key, is_label)` for the score of the positive class. `is_label`:
// the label is the positive class.
template <class Visit>
void VisitPositive(double score, bool predicted, bool is_label, Visit visit) {
  visit(EstimateBins::KeyOf({EstimateBins::kPositiveClass,
                             EstimateBins::BinOf(score), predicted}),
        is_label);
}

// Calls `visit(key, is_label)` for each score of a class. Skips scores of 0, as
// a class without a score has 0: except for the predicted class and the label.
template <class Visit>
void VisitClasses(const ScorePool::List& scores, uint32_t predicted,
                  std::optional<uint32_t> label, Visit visit) {
  const auto one = [&](uint32_t class_index, double score) {
    if (class_index >= EstimateBins::kClasses) return;
    visit(EstimateBins::KeyOf({EstimateBins::FieldOf(class_index),
                               EstimateBins::BinOf(score),
                               class_index == predicted}),
          class_index == label);
  };
  bool has_predicted = false;
  bool has_label = !label || *label == predicted;
  for (const auto& [class_index, score] : scores) {
    if (score == 0) continue;
    has_predicted = has_predicted || class_index == predicted;
    has_label = has_label || class_index == label;
    one(class_index, score);
  }
  if (!has_predicted) one(predicted, 0);
  if (!has_label) one(*label, 0);
  visit(EstimateBins::kAll, false);
}

}  // namespace plumbline
