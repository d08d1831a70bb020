// ScoredCells: a window's counts by score, bin by bin.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/window/sparse_cells.h"

namespace plumbline {

// The predictions, or the pairs, with a score in one bin.
struct ScoredCell {
  uint32_t bin = 0;
  bool predicted = false;
  // Fractions if bins are merged.
  double count = 0;
  double positives = 0;  // pairs with the class as label
};
// The cells of one class, or of the positive class, by ascending bin.
using ScoredCells = std::vector<ScoredCell>;

// From a window's counts of predictions, or of pairs if `judged`: the cells of
// the positive class, or of each of `classes` classes.
ScoredCells CellsOfPositive(const SparseCounts& counts, bool judged);
std::vector<ScoredCells> CellsOfClasses(const SparseCounts& counts, bool judged,
                                        size_t classes);

}  // namespace plumbline
