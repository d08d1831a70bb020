// FigureInput: the input of a window's figures.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/settings/settings.h"
#include "core/window/slot.h"

namespace plumbline {

struct Calibration;  // core/estimate/calibration.h

// Configured thresholds, each with the index of its counts.
using ThresholdPlaces = std::vector<std::pair<std::string, uint32_t>>;

// Views, valid as long as their snapshots or counts.
struct FigureInput {
  // The model:
  Task task;
  const std::vector<std::string>& classes;  // the classes shown
  const std::string* positive_class;        // null: none
  bool has_matrix;      // the matrix has all observations of a classifier
  bool merges_classes;  // some spellings are merged into other classes
  const ThresholdPlaces& thresholds;
  double min_coverage;  // 0: none is required
  // The window:
  const WindowSettings& window;
  const SlotCounts& counts;
  const Calibration* calibration;  // null: no estimates

  bool IsBinary() const {
    return positive_class != nullptr && classes.size() <= 2;
  }
};

}  // namespace plumbline
