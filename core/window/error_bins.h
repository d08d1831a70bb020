// ErrorBins: absolute errors counted by size. Each bin is 2% wider than the one
// before, so a quantile is off by at most 1% (C. Masson et al., "DDSketch: A
// Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
// PVLDB 12, 2019).
//
// A slot has room for 1,024 occupied bins: errors that lie close together over
// nine powers of ten. When more are needed, every two neighbours merge into one
// (I. Epicoco et al., "UDDSketch: Accurate Tracking of Quantiles in Data
// Streams", IEEE Access 8, 2020), and the error bound becomes 2%.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace plumbline {

struct ErrorBins {
  using Key = uint32_t;
  static constexpr uint64_t kMixed = 0;
  // The first key, and one above the key of the largest double.
  static constexpr uint32_t kZero = 1;
  static constexpr uint32_t kMost = 1 << 17;
  static constexpr uint32_t kMostLevel = 17;  // all bins but 0 are merged
  static constexpr double kError = 0.01;      // relative
  static constexpr double kGrowth = (1 + kError) / (1 - kError);

  // REQUIRES: `error` is finite and not negative.
  static uint32_t KeyOf(double error) {
    if (error < kLeast) return kZero;
    return kFirst +
           static_cast<uint32_t>(std::max(
               std::ceil((std::log(error) - std::log(kLeast)) / LogGrowth()),
               0.));
  }
  // A value close to all errors that count as the key at a level: within 1% at
  // level 0, 2% at level 1, and so on.
  static double ValueOf(uint32_t key, uint32_t level) {
    if (key == kZero) return 0;
    const uint32_t first = (key - kFirst) >> level << level;
    const double lower = BoundOf(first) / kGrowth;
    const double upper = BoundOf(first + (uint32_t{1} << level) - 1);
    // Both bounds have the same relative distance from their harmonic mean.
    return std::min(2 / (1 / lower + 1 / upper),
                    std::numeric_limits<double>::max());
  }

  static uint32_t Merged(uint32_t key, uint32_t level) {
    return key == kZero ? key : ((key - kFirst) >> level) + kFirst;
  }
  static uint32_t NextLevel(uint32_t level, const std::vector<uint32_t>&) {
    return level + 1;
  }

 private:
  static constexpr double kLeast = 1e-300;  // smaller errors count as 0
  static constexpr uint32_t kFirst = 2;
  // The upper bound of the bin with this index after the first.
  static double BoundOf(uint32_t bin) {
    return std::exp(std::log(kLeast) + LogGrowth() * bin);
  }
  static double LogGrowth() {
    static const double log = std::log(kGrowth);
    return log;
  }
};

}  // namespace plumbline
