// Confusion: what classification figures are computed from.

#pragma once

#include <cstdint>
#include <vector>

#include "core/window/slot.h"

namespace plumbline {

// Per class: true positives, and how often it was predicted and was the label.
struct ClassCounts {
  uint64_t true_positives = 0;
  uint64_t predicted = 0;
  uint64_t actual = 0;
};

struct Confusion {
  uint64_t observations = 0;
  std::vector<ClassCounts> classes;  // by class index

  // Sums the matrix's cells, and the marginals beside it, by class.
  // `class_count` classes; the matrix may have fewer.
  static Confusion Of(const SlotCounts& counts, size_t class_count);
};

}  // namespace plumbline
