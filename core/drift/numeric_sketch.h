// NumericSketch: the distribution of numbers of any range, in bounded memory.
//
// The bits of a double, with the sign turned, are an integer in the order of
// the numbers. The sketch counts numbers by this integer. When there are more
// than kMost distinct integers, it drops one more of their last bits and merges
// those that become equal, until they fit. So a few distinct numbers stay
// exact. Many leave some 250 to 500 cells, finer where numbers lie closer. The
// result depends on the numbers alone, not on their order.
//
// Counts of cells are exact; the edge of a quantile is the upper end of a cell.

#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/codec/archive.h"

namespace plumbline {

class NumericSketch {
 public:
  static constexpr size_t kMost = 512;

  // REQUIRES: `number` is finite.
  void Add(double number) {
    const uint64_t key = KeyOf(number) >> level_;
    const auto at = std::lower_bound(
        cells_.begin(), cells_.end(), key,
        [](const Cell& cell, uint64_t k) { return cell.key < k; });
    ++count_;
    if (at != cells_.end() && at->key == key) {
      ++at->count;
      return;
    }
    cells_.insert(at, {key, 1});
    while (cells_.size() > kMost) Merge();
  }

  uint64_t count() const { return count_; }

  // Upper bound of the memory, with the spare capacity of a growing list.
  static constexpr int64_t MostBytes() {
    return static_cast<int64_t>(2 * kMost * sizeof(Cell));
  }

  // Edges that split the numbers: the upper ends of the cells in which the
  // shares 1/n to (n-1)/n are reached, and both ends of each cell with more
  // than 1/n, so that its neighbours are counted apart. Edges ascend and are
  // distinct. counts[i] is the count of numbers above edges[i - 1] and up to
  // edges[i]; the last one is of the numbers above all edges.
  struct Quantiles {
    std::vector<double> edges;
    std::vector<uint64_t> counts;
  };
  Quantiles Split(uint64_t n) const {
    Quantiles split;
    uint64_t below = 0;
    uint64_t counted = 0;
    uint64_t part = 1;
    const auto cut = [&](uint64_t last_key) {
      const double edge = NumberOf(last_key);
      if (!split.edges.empty() && split.edges.back() == edge) return;
      split.edges.push_back(edge);
      split.counts.push_back(below - counted);
      counted = below;
    };
    for (size_t i = 0; i < cells_.size(); ++i) {
      const uint64_t first_key = cells_[i].key << level_;
      const bool heavy = cells_[i].count * n > count_;
      // Skips the key of -0, which is next to that of 0.
      if (heavy) cut(first_key - (first_key == kSign ? 2 : 1));
      below += cells_[i].count;
      const bool reached = below * n >= part * count_;
      while (part < n && below * n >= part * count_) ++part;
      const bool last = i + 1 == cells_.size();
      if (heavy || (reached && !last)) {
        cut(first_key + ((uint64_t{1} << level_) - 1));
      }
    }
    split.counts.push_back(count_ - counted);
    return split;
  }

  // See core/codec/archive.h.
  template <class Archive>
  void Fields(Archive& archive) {
    archive.Part("a sketch of numbers", [&] {
      FieldBetween(archive, 1, level_, 0, kMostLevel);
      FieldBetween(archive, 2, count_, 0, kMostCount);
      archive.Field(3, cells_);
    });
    if constexpr (Archive::kLoads) {
      if (!IsWhole()) return archive.Fail();
      while (cells_.size() > kMost && level_ < kMostLevel) Merge();
    }
  }

 private:
  struct Cell {
    uint64_t key;
    uint64_t count;
  };

  static constexpr uint32_t kMostLevel = 63;  // then one or two cells are left
  static constexpr uint64_t kMostCount = uint64_t{1} << 56;  // fits times n
  static constexpr uint64_t kSign = uint64_t{1} << 63;
  static uint64_t KeyOf(double number) {
    const uint64_t bits = std::bit_cast<uint64_t>(number + 0.0);  // -0 is 0
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
  }
  static double NumberOf(uint64_t key) {
    return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key);
  }

  // True if cells are in order, and their counts sum up to `count_`.
  bool IsWhole() const {
    uint64_t count = 0;
    for (size_t i = 0; i < cells_.size(); ++i) {
      if (i > 0 && cells_[i].key <= cells_[i - 1].key) return false;
      if (cells_[i].count > count_ - count) return false;
      count += cells_[i].count;
    }
    return count == count_;
  }

  void Merge() {
    ++level_;
    size_t kept = 0;
    for (const Cell& cell : cells_) {
      const uint64_t key = cell.key >> 1;
      if (kept > 0 && cells_[kept - 1].key == key) {
        cells_[kept - 1].count += cell.count;
      } else {
        cells_[kept++] = {key, cell.count};
      }
    }
    cells_.resize(kept);
  }

  uint32_t level_ = 0;
  uint64_t count_ = 0;
  std::vector<Cell> cells_;  // by key
};

}  // namespace plumbline
