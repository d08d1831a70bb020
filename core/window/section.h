// Sections: groups of counters in a slot, for statistics that need more than
// the counts of predictions, pairs and classes. All counters have 64 bits, and
// are only added to and summed. So corrections, evictions and windows treat all
// sections alike. The statistic of a section defines the meaning of its cells
// (core/metrics/).

#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/window/error_bins.h"
#include "core/window/estimate_bins.h"
#include "core/window/exact_sum.h"
#include "core/window/score_bins.h"
#include "core/window/sparse_cells.h"

namespace plumbline {

// NOTE: stores hold the numbers of sections. The meaning of a section's cells
// is part of the format; cells with another meaning need a new section.

// Sections with a known number of cells.
enum class Section : uint8_t {
  kScores,
  kClassScores,
  kThresholds,
  kSets,
  kMisses,
  // Counts of predictions, not of pairs; see core/drift/
  kPredicted,  // by class
  kDescribed,  // by part of the score, then by bin of a variable
};
inline constexpr size_t kSections = 7;

// Number of cells of kScores.
inline constexpr uint32_t kScoreCells = 20;
// The first cell of kClassScores that is counted by class.
inline constexpr uint32_t kClassScoreLabels = 20;

// A cell of a section of `size` cells.
struct SectionCell {
  Section section;
  uint32_t size;
  uint32_t cell;
};

// Sections with many possible keys, few of which occur.
enum class SparseSection : uint8_t {
  kScoreBins,
  kClassScoreBins,
  kErrorSums,
  kErrorBins,
  // Keys are EstimateBins; see core/estimate/
  kPredictedScores,  // of predictions: positive class
  kPredictedClassScores,
  kJudgedScores,  // of pairs; values are JudgedCount
  kJudgedClassScores,
};
inline constexpr std::array kAllSparse = {
    SparseSection::kScoreBins,       SparseSection::kClassScoreBins,
    SparseSection::kErrorSums,       SparseSection::kErrorBins,
    SparseSection::kPredictedScores, SparseSection::kPredictedClassScores,
    SparseSection::kJudgedScores,    SparseSection::kJudgedClassScores};
inline constexpr size_t kSparseSections = kAllSparse.size();

// Keys of the counters of exact sums. A table has room for all of them.
struct ErrorSums {
  using Key = uint32_t;
  static constexpr uint64_t kMixed = 0;
  static constexpr uint32_t KeyOf(uint32_t sum, uint32_t counter) {
    return sum * ExactSum::kCounters + counter + 1;
  }
  static constexpr uint32_t SumOf(uint32_t key) {
    return (key - 1) / ExactSum::kCounters;
  }
  static constexpr uint32_t CounterOf(uint32_t key) {
    return (key - 1) % ExactSum::kCounters;
  }
  static uint32_t Merged(uint32_t key, uint32_t /*level*/) { return key; }
  static uint32_t NextLevel(uint32_t level, const std::vector<uint32_t>&) {
    return level + 1;
  }
};

// Sizes of the table of a sparse section, in a slot of a time window (`last` is
// 0) or in the slot of a last-N window (`last` is N).
constexpr SparseSize SizeOf(SparseSection section, int64_t last) {
  switch (section) {
    case SparseSection::kScoreBins:
      if (last == 0) return {101, 101};  // all scores of two decimals
      return {128,
              static_cast<uint32_t>(std::clamp<int64_t>(2 * last, 128, 2048))};
    case SparseSection::kClassScoreBins:
      return {256, last == 0 ? 4096U : 16384U};
    case SparseSection::kErrorSums:
      return {32, 512};
    case SparseSection::kErrorBins:
      return {64, 1024};
    case SparseSection::kPredictedScores:
    case SparseSection::kJudgedScores:
      return {96, 96};
    case SparseSection::kPredictedClassScores:
    case SparseSection::kJudgedClassScores:
      return {64, 2048};
  }
  return {};
}

}  // namespace plumbline
