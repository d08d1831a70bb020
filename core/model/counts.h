// The counts that are published of a model and of each of its versions.

#pragma once

#include <cstddef>

#include "core/detect/detector_counts.h"
#include "core/model/histogram.h"
#include "core/settings/detector_settings.h"

namespace plumbline {

enum VersionCount : size_t {
  kPredictions,
  kPendingPredictions,
  kObservations,
  kExpiredPredictions,
  kEvictedPredictions,
  kLastPredictionMs,
  kLatency,                                                // histogram
  kDetection = kLatency + HistogramCells(kLatencyBounds),  // of each kind
  kVersionCounts = kDetection + kDetectors * kDetectorCounts,
};

enum ModelCount : size_t {
  kLabels,
  kPendingLabels,
  kJoinedLabels,
  kExpiredLabels,
  kEvictedLabels,
  kCorrections,
  kDuplicatePredictions,
  kDuplicateLabels,
  kForgottenPredictions,
  kLastLabelMs,
  kDelay,  // histogram
  kRetiredVersions = kDelay + HistogramCells(kDelayBounds),
  kRetiredPendingPredictions,
  kModelCounts,
};

}  // namespace plumbline
