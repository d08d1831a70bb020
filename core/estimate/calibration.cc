#include "core/estimate/calibration.h"

#include <algorithm>

namespace plumbline {
namespace {

// A probability, even if counts are rounded.
double ShareOf(const IsotonicBlock& block) {
  return std::clamp(block.share(), 0.0, 1.0);
}

}  // namespace

CalibrationCurve CalibrationCurve::Raw(const BinValues& means) {
  CalibrationCurve curve;
  curve.probability = means;
  return curve;
}

CalibrationCurve CalibrationCurve::Isotonic(
    const std::vector<IsotonicBlock>& blocks) {
  CalibrationCurve curve;
  curve.calibrated = true;
  const BinValues& x = MiddlesOfBins();
  size_t b = 0;  // the last block that begins at or before the bin
  for (uint32_t i = 0; i < EstimateBins::kBins && !blocks.empty(); ++i) {
    while (b + 1 < blocks.size() && blocks[b + 1].first <= i) ++b;
    const IsotonicBlock& block = blocks[b];
    double p = ShareOf(block);
    if (i > block.last && b + 1 < blocks.size()) {
      const IsotonicBlock& next = blocks[b + 1];
      const double part =
          (x[i] - x[block.last]) / (x[next.first] - x[block.last]);
      p += part * (ShareOf(next) - p);
    }
    curve.probability[i] = p;
    curve.block[i] = static_cast<uint8_t>(b);
  }
  for (const IsotonicBlock& block : blocks) {
    // Uses the Beta distribution with a uniform prior: a share of 0 or 1 is not
    // certain.
    const double p = (block.positives + 1) / (block.total + 2);
    curve.block_variance.push_back(p * (1 - p) / (block.total + 3));
  }
  return curve;
}

const CalibrationCurve& Calibration::Of(uint32_t field) const {
  static const CalibrationCurve kUnknown =
      CalibrationCurve::Raw(MiddlesOfBins());
  return field < curves.size() ? curves[field] : kUnknown;
}

const BinValues& MiddlesOfBins() {
  static const BinValues kMiddles = [] {
    BinValues middles{};
    for (uint32_t i = 0; i < middles.size(); ++i) {
      middles[i] = EstimateBins::MiddleOf(i);
    }
    return middles;
  }();
  return kMiddles;
}

}  // namespace plumbline
