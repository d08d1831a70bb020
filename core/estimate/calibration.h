// Calibration: what a score is worth as a probability, as readers see it.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/estimate/isotonic.h"
#include "core/window/estimate_bins.h"

namespace plumbline {

using BinValues = std::array<double, EstimateBins::kBins>;

// Of one class against the rest, by bin of its score.
struct CalibrationCurve {
  // Scores as they are: their mean in each bin.
  static CalibrationCurve Raw(const BinValues& means);
  // Constant in each block, and linear from one to the next.
  static CalibrationCurve Isotonic(const std::vector<IsotonicBlock>& blocks);

  bool calibrated = false;
  BinValues probability{};
  // Where it is calibrated: the block of each bin, and of each block the
  // variance of its probability, which is a share of so many pairs.
  std::array<uint8_t, EstimateBins::kBins> block{};
  std::vector<double> block_variance;
};

struct Calibration {
  // True where it was learnt from labels. Else scores are taken as they are.
  bool of_positive = false;
  bool of_classes = false;
  std::vector<CalibrationCurve> curves;  // by field of EstimateBins

  const CalibrationCurve& Of(uint32_t field) const;
};

// The middles of the bins.
const BinValues& MiddlesOfBins();

}  // namespace plumbline
