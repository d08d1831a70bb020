#include "core/settings/settings_range.h"

#include <algorithm>

#include "core/codec/time_range.h"

namespace plumbline {
namespace {

constexpr bool IsSize(int64_t bytes, const Integers& sizes) {
  return bytes > 0 && bytes <= sizes.most;
}

bool IsInRange(const DetectorSettings& detectors) {
  const auto& [adwin, page_hinkley, ddm, hddm_a] = detectors;
  return (!adwin || range::kAdwinDelta.Has(adwin->delta)) &&
         (!page_hinkley ||
          (range::kPageHinkleyDelta.Has(page_hinkley->delta) &&
           range::kPageHinkleyThreshold.Has(page_hinkley->threshold) &&
           range::kPageHinkleyAlpha.Has(page_hinkley->alpha))) &&
         (!ddm || (range::kDdmWarmUp.Has(ddm->warm_up) &&
                   range::kDdmDrift.Has(ddm->drift))) &&
         (!hddm_a || range::kHddmConfidence.Has(hddm_a->confidence));
}

bool IsInRange(const AnomalySettings& anomalies) {
  return anomalies.metrics.size() <= range::kMostMetrics &&
         range::kAnomalyThreshold.Has(anomalies.threshold) &&
         range::kMinHistoryMs.Has(anomalies.min_history_ms);
}

bool IsInRange(const DriftSettings& drift) {
  return drift.features.size() <= range::kMostFeatures &&
         (drift.first == 0 || range::kDriftFirst.Has(drift.first)) &&
         IsTime(drift.from_ms) && IsTime(drift.to_ms);
}

// Windows must differ in content.
bool IsInRange(const std::vector<WindowSettings>& windows) {
  for (auto window = windows.begin(); window != windows.end(); ++window) {
    const auto is_same = [window](const WindowSettings& other) {
      return other.SameAs(*window);
    };
    if (!IsInRange(*window) || std::any_of(windows.begin(), window, is_same)) {
      return false;
    }
  }
  return windows.size() <= range::kMostWindows;
}

bool IsInRange(const ModelSettings& model) {
  return (!model.task || *model.task <= Task::kMultilabel) &&
         IsInRange(model.windows) && range::kShare.Has(model.min_coverage) &&
         model.slices.size() <= range::kMostSlices &&
         std::all_of(model.slices.begin(), model.slices.end(),
                     [](const auto& keys) {
                       return !keys.empty() &&
                              keys.size() <= range::kMostSegmentKeys;
                     }) &&
         model.thresholds.size() <= range::kMostThresholds &&
         std::all_of(model.thresholds.begin(), model.thresholds.end(),
                     [](const ThresholdSettings& threshold) {
                       return !threshold.text.empty() &&
                              range::kShare.Has(threshold.value);
                     }) &&
         IsInRange(model.detectors) && IsInRange(model.anomalies) &&
         IsInRange(model.drift);
}

}  // namespace

bool IsInRange(const WindowSettings& window) {
  if (window.last != 0) {
    return range::kLast.Has(window.last) && window.length_ms == 0 &&
           window.slots == 0;
  }
  return range::kWindowMs.Has(window.length_ms) &&
         range::kSlots.Has(window.slots);
}

bool IsInRange(const Settings& settings) {
  return range::kHorizonMs.Has(settings.horizon_ms) &&
         range::kHorizonMs.Has(settings.label_horizon_ms) &&
         IsSize(settings.remembered_bytes, range::kRememberedBytes) &&
         range::kModels.Has(settings.models) &&
         range::kVersionsPerModel.Has(settings.versions_per_model) &&
         range::kRetireAfterMs.Has(settings.retire_after_ms) &&
         range::kClasses.Has(settings.classes) &&
         range::kMatrixClasses.Has(settings.matrix_classes) &&
         range::kSegmentsPerModel.Has(settings.segments_per_model) &&
         IsSize(settings.window_bytes, range::kWindowBytes) &&
         IsInRange(settings.defaults) &&
         std::all_of(settings.model_rules.begin(), settings.model_rules.end(),
                     [](const ModelSettings& rule) { return IsInRange(rule); });
}

}  // namespace plumbline
