// Estimate: the figures that a window's predictions will have, in expectation.
//
// A score is of class c with probability p, as calibrated, so each prediction
// adds p to what is positive and 1 - p to what is negative of its cell
// (predicted c, or not). With sums over the predictions, of which n1 are
// predicted c:
//
//     TP = sum of p where predicted       B = sum of p       n predictions
//     accuracy = (TP + n - n1 - (B - TP)) / n       precision = TP / n1
//     recall = TP / B                               f1 = 2 TP / (n1 + B)
//
// (J. Białek et al., "Estimating model performance under covariate shift
// without labels", arXiv 2401.08348, and NannyML). ROC AUC is that of p
// positives and 1 - p negatives at each score.
//
// Bounds: what the labels will say is a sum of independent trials of
// probabilities p, so a figure that were a sum with coefficients a would have
// the variance sum of a^2 p (1 - p), that of the Poisson-binomial distribution.
// Ratios are taken as their first order (delta method). What the calibration
// rests on is a sample, too: the probability of each of its blocks has a
// variance of its own, which all predictions in it share.
//
// Of several classes a prediction has one label, so that trials of its classes
// exclude each other. The label of one adds its class's a to a mean over
// classes, with the variance (sum of a^2 p) - (sum of a p)^2 over the classes.
// What is counted by class knows the first sum over all predictions, and of the
// second one the mean: as its square is at most the mean square (Jensen), the
// variance is at most what is taken here.

#pragma once

#include <optional>
#include <vector>

#include "core/estimate/calibration.h"
#include "core/estimate/scored_cells.h"
#include "core/metrics/bounds.h"

namespace plumbline {

// Of a sum over predictions with coefficients a, given p.
struct Spread {
  double independent = 0;  // sum of a^2 p (1 - p)
  double first = 0;        // sum of a p
  double second = 0;       // sum of a^2 p
  double calibration = 0;  // variance for what the calibration rests on
};

struct Estimated {
  double value = 0;
  double variance = 0;
  Spread spread = {};

  Bounds bounds() const;  // 95 %
};

// Where one has no value there is nothing to estimate it from.
struct EstimatedFigures {
  std::optional<Estimated> accuracy;
  std::optional<Estimated> precision;
  std::optional<Estimated> recall;
  std::optional<Estimated> f1;
  std::optional<Estimated> roc_auc;
};

// Of a class against the rest.
EstimatedFigures EstimateOf(const ScoredCells& cells,
                            const CalibrationCurve& curve);
// Of several classes: accuracy, and means over the classes that occur. Here
// `positives` say which do; without pairs, those do that were predicted or of
// which half a label is expected.
EstimatedFigures EstimateOf(const std::vector<ScoredCells>& classes,
                            const Calibration& calibration, bool judged);

// What labels say of the same pairs: the same figures, without a variance.
EstimatedFigures RealisedOf(const ScoredCells& cells);
EstimatedFigures RealisedOf(const std::vector<ScoredCells>& classes);

// The expected calibration error of calibrated scores: of the positive class
// against its share, or of the class predicted against how often it was right.
std::optional<double> CalibratedError(const ScoredCells& cells,
                                      const CalibrationCurve& curve);
std::optional<double> CalibratedError(const std::vector<ScoredCells>& classes,
                                      const Calibration& calibration);

}  // namespace plumbline
