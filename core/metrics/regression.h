// Sums of errors of a regression: checks of stored sums.

#pragma once

#include "core/window/sparse_cells.h"

namespace plumbline {

// True if the sums may contain squares that a double did not hold, as stores
// have them from before squares were scaled. May also be true for sums of other
// large and small errors.
bool HasRoundedSquares(const SparseCounts& error_sums);

// True if a sum of a regression has this key. A slot has room for all of these.
bool IsErrorSum(uint32_t key);

}  // namespace plumbline
