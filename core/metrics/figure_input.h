// FigureInput: what figures of one window are made from.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/settings/settings.h"
#include "core/window/slot.h"

namespace plumbline {

struct Calibration;  // core/estimate/calibration.h

// Configured thresholds, and the place of each one's counts.
using ThresholdPlaces = std::vector<std::pair<std::string, uint32_t>>;

// Views, valid as long as the snapshots or counts that it was made from.
struct FigureInput {
  // Of the model:
  Task task;
  const std::vector<std::string>& classes;  // those that are shown
  const std::string* positive_class;        // null: there is none
  bool has_matrix;      // a classifier's cells are all counted
  bool merges_classes;  // classes are shown under other spellings
  const ThresholdPlaces& thresholds;
  double min_coverage;  // 0: none is asked for
  // Of the window:
  const WindowSettings& window;
  const SlotCounts& counts;
  const Calibration* calibration;  // null: nothing is estimated

  bool IsBinary() const {
    return positive_class != nullptr && classes.size() <= 2;
  }
};

}  // namespace plumbline
