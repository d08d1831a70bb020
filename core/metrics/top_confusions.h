// The most frequent confusions of classes, if there are too many classes for a
// matrix.

#pragma once

#include <cstdint>
#include <vector>

#include "core/metrics/figure_input.h"

namespace plumbline {

struct Miss {
  uint32_t actual;  // class index
  uint32_t predicted;
  uint64_t observations;  // upper bound
};

// The 20 most frequent misses, largest first. Empty if the model has its whole
// matrix, no classes, or merged classes. Counts are upper bounds; the excess is
// below 1.1% of all misses of the window in 98% of cases.
std::vector<Miss> TopConfusions(const FigureInput& input);

}  // namespace plumbline
