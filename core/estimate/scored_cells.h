// ScoredCells: what a window has counted by score, bin by bin.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/window/sparse_cells.h"

namespace plumbline {

// Predictions, or pairs, whose score is in one bin.
struct ScoredCell {
  uint32_t bin = 0;
  bool predicted = false;
  // Fractions where bins are counted as one.
  double count = 0;
  double positives = 0;  // of pairs: whose label is the class
};
// Of one class, or the positive one, by ascending bin.
using ScoredCells = std::vector<ScoredCell>;

// From what a window has counted of predictions, or of pairs (`judged`): of the
// positive class, or of each of so many classes.
ScoredCells CellsOfPositive(const SparseCounts& counts, bool judged);
std::vector<ScoredCells> CellsOfClasses(const SparseCounts& counts, bool judged,
                                        size_t classes);

}  // namespace plumbline
