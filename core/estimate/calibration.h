// Calibration: maps scores to probabilities, as readers see it.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/estimate/isotonic.h"
#include "core/window/estimate_bins.h"

namespace plumbline {

using BinValues = std::array<double, EstimateBins::kBins>;

// The calibration of one class against the rest, by bin of its score.
struct CalibrationCurve {
  // Uncalibrated: the mean score of each bin.
  static CalibrationCurve Raw(const BinValues& means);
  // Isotonic: constant in each block, and linear between blocks.
  static CalibrationCurve Isotonic(const std::vector<IsotonicBlock>& blocks);

  bool calibrated = false;
  BinValues probability{};
  // If calibrated: the block of each bin, and for each block the variance of
  // its probability, which is a share of a limited number of pairs.
  std::array<uint8_t, EstimateBins::kBins> block{};
  std::vector<double> block_variance;
};

struct Calibration {
  // True if learnt from labels. Else scores are used uncalibrated.
  bool of_positive = false;
  bool of_classes = false;
  std::vector<CalibrationCurve> curves;  // by field of EstimateBins

  const CalibrationCurve& Of(uint32_t field) const;
};

const BinValues& MiddlesOfBins();

}  // namespace plumbline
