// Figures of single probabilities, pair by pair.

#pragma once

#include <cstdint>

#include "core/metrics/classification.h"
#include "core/metrics/figure_input.h"
#include "core/window/counting.h"

namespace plumbline {

// The score of a class; 0 if it has none.
double ScoreOf(const ScorePool::List& scores, uint32_t class_index);

// The score of the positive class; negative or NaN if there is none.
double PositiveScore(const Counting& counting, const Observation& o);

// log_loss of one pair: minus the natural logarithm of the probability of the
// label, which is clamped 2.2e-16 away from 0 and 1.
double LogLossOf(double probability);

// Bins of the expected calibration error: 15 of equal width, closed on the
// right (C. Guo et al., "On Calibration of Modern Neural Networks", ICML 2017).
inline constexpr uint32_t kCalibrationBins = 15;
uint32_t CalibrationBinOf(double score);

// Difference of a label (0 or 1) and a score, in units of 2^-32.
int64_t CalibrationUnits(double difference);
// The calibration error from the bins' sums of differences, over so many pairs.
double CalibrationError(const uint64_t* bins, uint64_t pairs);

// The expected calibration error of the positive class's score.
Figure ScoreCalibrationError(const FigureInput& input);

}  // namespace plumbline
