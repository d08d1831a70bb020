// Confusion: the counts that classification figures are computed from.

#pragma once

#include <cstdint>
#include <vector>

#include "core/window/slot.h"

namespace plumbline {

// Counts of one class: true positives, predictions and labels.
struct ClassCounts {
  uint64_t true_positives = 0;
  uint64_t predicted = 0;
  uint64_t actual = 0;
};

struct Confusion {
  uint64_t observations = 0;
  std::vector<ClassCounts> classes;  // by class index
  // The matrix, by CellOf(); null if it does not have all observations. It
  // belongs to the counts that this was made from.
  const std::vector<uint64_t>* cells = nullptr;

  // Sums the cells of the matrix, and the marginals next to it, by class. The
  // matrix may have fewer than `class_count` classes. `counts` must outlive the
  // result.
  static Confusion Of(const SlotCounts& counts, size_t class_count);

  // Calls visit(actual, predicted, count) for each cell off the diagonal that
  // is not 0. REQUIRES: cells.
  template <class Visit>
  void ForEachMiss(Visit visit) const {
    const auto count = static_cast<uint32_t>(classes.size());
    for (uint32_t actual = 0; actual < count; ++actual) {
      for (uint32_t predicted = 0; predicted < count; ++predicted) {
        const uint32_t cell = CellOf(actual, predicted);
        if (actual == predicted || cell >= cells->size()) continue;
        if (const uint64_t n = (*cells)[cell]; n > 0) {
          visit(actual, predicted, n);
        }
      }
    }
  }
};

}  // namespace plumbline
