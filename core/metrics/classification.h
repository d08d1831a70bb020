// Figures of a classifier, from its confusion matrix.
//
// Definitions and names are scikit-learn's (sklearn.metrics, 1.2), with its
// zero_division=0 inside averages. A figure whose own denominator is 0 is
// nullopt: a number there would say something that was not measured.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/metrics/confusion.h"

namespace plumbline {

using Figure = std::optional<double>;

// Of one class against the rest. TP / predicted, TP / actual, and
// 2 TP / (2 TP + FP + FN) = 2 TP / (predicted + actual).
Figure Precision(const ClassCounts& counts);
Figure Recall(const ClassCounts& counts);
Figure F1(const ClassCounts& counts);

// Of one class among so many observations. TN / (TN + FP), FP / (TN + FP),
// TN / (TN + FN), and the share of predictions.
Figure Specificity(const ClassCounts& counts, uint64_t observations);
Figure FalsePositiveRate(const ClassCounts& counts, uint64_t observations);
Figure NegativePredictiveValue(const ClassCounts& counts,
                               uint64_t observations);
Figure PositivePrediction(const ClassCounts& counts, uint64_t observations);

// True positives; of a matrix, what is on the diagonal.
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
