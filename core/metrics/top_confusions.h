// Which classes are taken for which most often, where there are too many for a
// matrix.

#pragma once

#include <cstdint>
#include <vector>

#include "core/metrics/figure_input.h"

namespace plumbline {

struct Miss {
  uint32_t actual;  // class index
  uint32_t predicted;
  uint64_t observations;  // at most
};

// The 20 largest pairs off the diagonal, the largest first. Empty where the
// model has its whole matrix, or no classes. A count is never too low; it is
// too high by more than 1.1% of all misses of the window less than twice in a
// hundred.
std::vector<Miss> TopConfusions(const FigureInput& input);

}  // namespace plumbline
