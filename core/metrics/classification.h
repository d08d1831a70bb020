// Figures of a classifier, from its confusion matrix.
//
// Definitions and names are scikit-learn's (sklearn.metrics, 1.2), with
// zero_division=0 inside averages. A figure with a denominator of 0 is nullopt,
// as nothing was measured.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/metrics/confusion.h"

namespace plumbline {

using Figure = std::optional<double>;

// One class against the rest: TP / predicted, TP / actual, and
// 2 TP / (2 TP + FP + FN) = 2 TP / (predicted + actual).
Figure Precision(const ClassCounts& counts);
Figure Recall(const ClassCounts& counts);
Figure F1(const ClassCounts& counts);

// One class against the rest, of so many observations: TN / (TN + FP),
// FP / (TN + FP), TN / (TN + FN), and the share of predictions of the class.
Figure Specificity(const ClassCounts& counts, uint64_t observations);
Figure FalsePositiveRate(const ClassCounts& counts, uint64_t observations);
Figure NegativePredictiveValue(const ClassCounts& counts,
                               uint64_t observations);
Figure PositivePrediction(const ClassCounts& counts, uint64_t observations);

// The sum of true positives: in a matrix, its diagonal.
uint64_t Correct(const Confusion& confusion);
// accuracy_score: the share on the diagonal.
Figure Accuracy(const Confusion& confusion);
// balanced_accuracy_score: the mean recall of the classes that occur as label.
Figure BalancedAccuracy(const Confusion& confusion);

// precision_score, recall_score and f1_score with these averages, over the
// classes that occur as label or prediction. nullopt without observations.
enum class Average { kMacro, kMicro, kWeighted };
using ClassFigure = Figure (*)(const ClassCounts&);
Figure Averaged(const Confusion& confusion, Average average,
                ClassFigure figure);

}  // namespace plumbline
