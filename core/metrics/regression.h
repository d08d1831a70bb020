// What is kept of a regression, where it must be counted anew.

#pragma once

#include "core/window/sparse_cells.h"

namespace plumbline {

// True if sums of errors may have squares that a double did not hold, as they
// were counted once. Those of other large and small errors may be taken for
// such.
bool HasRoundedSquares(const SparseCounts& error_sums);

// True of the key of a counter that the sums of a regression have: of all of
// these there is room in a slot.
bool IsErrorSum(uint32_t key);

}  // namespace plumbline
