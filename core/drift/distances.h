// How far two counts of the same bins are apart.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace plumbline {

using BinCounts = std::vector<uint64_t>;

// Each REQUIRES as many bins on both sides, and is nullopt where one side has
// no counts.

// Population stability index, sum of (w - r) ln(w / r) over the shares; a share
// of 0 counts as 0.0001 (N. Siddiqi, "Credit Risk Scorecards", 2006).
std::optional<double> PopulationStabilityIndex(const BinCounts& window,
                                               const BinCounts& reference);

// The square root of the divergence in base 2: from 0 to 1 (J. Lin, IEEE Trans.
// Inf. Theory 37, 1991; D. Endres and J. Schindelin, ibid. 49, 2003).
std::optional<double> JensenShannonDistance(const BinCounts& window,
                                            const BinCounts& reference);

// p-value of Pearson's test that both sides are drawn from one distribution
// over the bins, without correction for continuity. nullopt as well if all
// counts are in one bin.
std::optional<double> ChiSquaredPValue(const BinCounts& window,
                                       const BinCounts& reference);

// p-value of the two-sample test by Kolmogorov and Smirnov on the shares up to
// each bin, by the limiting distribution of large counts. On bins it is rather
// too high than too low: it sees no difference within a bin.
std::optional<double> KolmogorovSmirnovPValue(const BinCounts& window,
                                              const BinCounts& reference);

}  // namespace plumbline
