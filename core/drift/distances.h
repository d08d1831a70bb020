// Distances between two counts over the same bins.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace plumbline {

using BinCounts = std::vector<uint64_t>;

// Each REQUIRES equally many bins on both sides, and is nullopt if one side has
// no counts.

// Population stability index, sum of (w - r) ln(w / r) over the shares; a share
// of 0 counts as 0.0001 (N. Siddiqi, "Credit Risk Scorecards", 2006).
std::optional<double> PopulationStabilityIndex(const BinCounts& window,
                                               const BinCounts& reference);

// Square root of the Jensen-Shannon divergence in base 2: from 0 to 1 (J. Lin,
// IEEE Trans. Inf. Theory 37, 1991; D. Endres and J. Schindelin, ibid. 49,
// 2003).
std::optional<double> JensenShannonDistance(const BinCounts& window,
                                            const BinCounts& reference);

// p-value of Pearson's chi-squared test that both sides are samples of one
// distribution over the bins, without continuity correction. Also nullopt if
// all counts are in one bin.
std::optional<double> ChiSquaredPValue(const BinCounts& window,
                                       const BinCounts& reference);

// p-value of the two-sample Kolmogorov-Smirnov test on the cumulative shares of
// the bins, by the limiting distribution of large counts. Bins make it
// conservative (too high): differences within a bin are not visible.
std::optional<double> KolmogorovSmirnovPValue(const BinCounts& window,
                                              const BinCounts& reference);

}  // namespace plumbline
