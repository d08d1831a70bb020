// Isotonic regression: the non-decreasing probabilities that fit counts best.
//
// Pool adjacent violators (M. Ayer et al., "An empirical distribution function
// for sampling with incomplete information", Annals of Mathematical Statistics
// 26, 1955): it takes bins in order. If a bin's share is not above that of the
// block before it, it merges the two, and repeats this backwards. The result
// minimises the squared error among all non-decreasing functions.

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace plumbline {

struct IsotonicBlock {
  size_t first = 0;  // first bin with counts
  size_t last = 0;   // last bin with counts
  double positives = 0;
  double total = 0;

  double share() const { return positives / total; }
};

// The blocks in order of ascending share. Bins with a total of 0 are in no
// block. REQUIRES: both spans have one size.
std::vector<IsotonicBlock> PoolAdjacentViolators(
    std::span<const double> positives, std::span<const double> totals);

}  // namespace plumbline
