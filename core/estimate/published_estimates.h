// PublishedEstimates: what readers see of the estimates of a version.

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

// Of one time window.
struct PublishedCalibration {
  const WindowSettings window;
  PublishedShared<Calibration> learnt;  // none before a portion was judged
};

struct PublishedEstimates {
  explicit PublishedEstimates(Reclaimer* reclaimer)
      : means(reclaimer), calibrations(reclaimer) {}

  ScoreMeans means;
  PublishedList<PublishedCalibration> calibrations;  // of what is estimated

  // [Any thread] Under a Reclaimer::Guard. What scores are worth; null where
  // nothing is estimated.
  std::shared_ptr<const Calibration> CalibrationOf(
      const WindowSettings& window) const;

 private:
  Calibration WithScoresAsTheyAre(Calibration calibration) const;
};

}  // namespace plumbline
