// Estimate: the expected figures of a window's predictions.
//
// A score is of class c with the calibrated probability p. So each prediction
// adds p to the positives and 1 - p to the negatives of its cell (predicted c,
// or not). With sums over n predictions, n1 of them predicted c:
//
//     TP = sum of p where predicted       B = sum of p       n predictions
//     accuracy = (TP + n - n1 - (B - TP)) / n       precision = TP / n1
//     recall = TP / B                               f1 = 2 TP / (n1 + B)
//
// (J. Białek et al., "Estimating model performance under covariate shift
// without labels", arXiv 2401.08348, and NannyML). ROC AUC is that of p
// positives and 1 - p negatives at each score.
//
// Bounds: the labels are independent trials with probabilities p. So a sum over
// them with coefficients a has the variance sum of a^2 p (1 - p), that of the
// Poisson-binomial distribution. Ratios are linearised (delta method). The
// calibration rests on a sample, too: the probability of each of its blocks has
// a variance, which all predictions in the block share.
//
// Several classes: a prediction has one label, so trials of its classes exclude
// each other. The label adds the coefficient a of its class to a mean over
// classes. This has the variance (sum of a^2 p) - (sum of a p)^2 over the
// classes. Counts by class give the first sum over all predictions, but only
// the mean of the second sum. The square of the mean is at most the mean square
// (Jensen), so the variance used here is an upper bound.

#pragma once

#include <optional>
#include <vector>

#include "core/estimate/calibration.h"
#include "core/estimate/scored_cells.h"
#include "core/metrics/bounds.h"

namespace plumbline {

// The spread of a sum over predictions with coefficients a, given p.
struct Spread {
  double independent = 0;  // sum of a^2 p (1 - p)
  double first = 0;        // sum of a p
  double second = 0;       // sum of a^2 p
  double calibration = 0;  // variance by the calibration's sample
};

struct Estimated {
  double value = 0;
  double variance = 0;
  Spread spread = {};

  Bounds bounds() const;  // 95%
};

// A figure without a value cannot be estimated.
struct EstimatedFigures {
  std::optional<Estimated> accuracy;
  std::optional<Estimated> precision;
  std::optional<Estimated> recall;
  std::optional<Estimated> f1;
  std::optional<Estimated> roc_auc;
};

// The estimates of a class against the rest.
EstimatedFigures EstimateOf(const ScoredCells& cells,
                            const CalibrationCurve& curve);
// The estimates over several classes: accuracy, and means over the classes that
// occur. A class occurs if it was predicted, or was a label of the pairs
// (`judged`). Of predictions without labels, it also occurs if at least half a
// label is expected of it.
EstimatedFigures EstimateOf(const std::vector<ScoredCells>& classes,
                            const Calibration& calibration, bool judged);

// The same figures by the labels of the same pairs, without a variance.
EstimatedFigures RealisedOf(const ScoredCells& cells);
EstimatedFigures RealisedOf(const std::vector<ScoredCells>& classes);

// The expected calibration error of calibrated scores: of the positive class
// against its share, or of the predicted class against how often it was right.
std::optional<double> CalibratedError(const ScoredCells& cells,
                                      const CalibrationCurve& curve);
std::optional<double> CalibratedError(const std::vector<ScoredCells>& classes,
                                      const Calibration& calibration);

}  // namespace plumbline
