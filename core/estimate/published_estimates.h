// PublishedEstimates: the part of a version's estimates that readers see.

#pragma once

#include <cstdint>
#include <memory>

#include "core/estimate/calibration.h"
#include "core/estimate/score_means.h"
#include "core/settings/settings.h"
#include "core/sync/published_list.h"
#include "core/sync/published_value.h"
#include "core/sync/reclaimer.h"

namespace plumbline {

struct PublishedCalibration {
  const WindowSettings window;
  PublishedShared<Calibration> learnt;  // null before a portion was tested
};

struct PublishedEstimates {
  explicit PublishedEstimates(Reclaimer* reclaimer)
      : means(reclaimer), calibrations(reclaimer) {}

  ScoreMeans means;
  PublishedList<PublishedCalibration> calibrations;  // by time window

  // [Any thread] Call it under a Reclaimer::Guard. The calibration of the
  // window; null if nothing is estimated.
  std::shared_ptr<const Calibration> CalibrationOf(
      const WindowSettings& window) const;

 private:
  Calibration WithScoresAsTheyAre(Calibration calibration) const;
};

}  // namespace plumbline
