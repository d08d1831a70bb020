#include "core/estimate/published_estimates.h"

#include <algorithm>
#include <utility>

namespace plumbline {

std::shared_ptr<const Calibration> PublishedEstimates::CalibrationOf(
    const WindowSettings& window) const {
  for (const PublishedCalibration* of : calibrations.Get()) {
    if (!of->window.Is(window)) continue;
    const auto learnt = of->learnt.Get();
    if (learnt != nullptr && learnt->of_positive && learnt->of_classes) {
      return learnt;
    }
    return std::make_shared<const Calibration>(
        WithScoresAsTheyAre(learnt != nullptr ? *learnt : Calibration()));
  }
  return nullptr;
}

// Fills parts that are not learnt with uncalibrated scores.
Calibration PublishedEstimates::WithScoresAsTheyAre(
    Calibration calibration) const {
  auto& curves = calibration.curves;
  curves.resize(std::max<size_t>(curves.size(), means.fields()));
  for (uint32_t field = 0; field < curves.size(); ++field) {
    const bool is_learnt = field == EstimateBins::kPositiveClass
                               ? calibration.of_positive
                               : calibration.of_classes;
    if (!is_learnt) curves[field] = CalibrationCurve::Raw(means.Of(field));
  }
  return calibration;
}

}  // namespace plumbline
