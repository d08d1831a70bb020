// DriftReference: the reference distributions of predictions, as readers see
// them.

#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "core/drift/bins.h"

namespace plumbline {

inline constexpr uint32_t kScoreParts = 20;  // of equal width
constexpr uint32_t ScorePart(double score) {
  const auto part = static_cast<uint32_t>(score * kScoreParts);
  return part < kScoreParts ? part : kScoreParts - 1;
}

// Grows in large steps, as growing copies a block.
constexpr uint32_t PredictedCells(uint32_t classes) {
  return std::bit_ceil(std::max(classes, uint32_t{4}));
}

// Cells of kDescribed with indexes for so many variables.
constexpr uint32_t DescribedCells(size_t variables) {
  return kScoreParts + static_cast<uint32_t>(variables) * kMostBins;
}
// The first of these cells that belongs to the variable at this index.
constexpr uint32_t FirstBin(uint32_t place) { return DescribedCells(place); }

struct DriftReference {
  // A variable whose bins the reference has fixed.
  struct Variable {
    std::string name;    // a feature; empty: predictions of a regression
    uint32_t place = 0;  // see FirstBin
    Bins bins;
    std::vector<uint64_t> counts;  // by bin
  };

  std::vector<uint64_t> predictions;  // by class; empty if not configured
  std::vector<uint64_t> scores;       // by part; empty if not configured
  std::vector<Variable> variables;

  bool empty() const {
    return predictions.empty() && scores.empty() && variables.empty();
  }
};

}  // namespace plumbline
