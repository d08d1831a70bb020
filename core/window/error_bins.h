// ErrorBins: absolute errors counted by size, each bin 2% wider than the one
// before, so that a quantile is off by at most 1% (C. Masson et al., "DDSketch:
// A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
// PVLDB 12, 2019).
//
// A slot has room for 512 bins that occur. When more do, the smallest are
// merged: it is the large errors that quantiles from the median up ask for.

#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace plumbline {

struct ErrorBins {
  using Key = uint32_t;
  static constexpr uint64_t kMixed = 0;
  static constexpr double kError = 0.01;  // relative
  static constexpr double kGrowth = (1 + kError) / (1 - kError);

  // REQUIRES: 0 <= error, and it is finite.
  static uint32_t KeyOf(double error) {
    if (error < kLeast) return kZero;
    return kZero + 1 +
           static_cast<uint32_t>(
               std::max(std::ceil(std::log(error / kLeast) / LogGrowth()), 0.));
  }
  // What all of the bin's errors are within 1% of.
  static double ValueOf(uint32_t key) {
    if (key <= kZero) return 0;
    return kLeast * std::exp(LogGrowth() * (key - kZero - 1.0)) * (1 - kError);
  }

  static uint32_t Merged(uint32_t key, uint32_t level) {
    return key == kZero ? key : std::max(key, level);
  }
  static uint32_t NextLevel(uint32_t /*level*/,
                            const std::vector<uint32_t>& keys) {
    return keys[keys.size() / 8];
  }

 private:
  static constexpr double kLeast = 1e-300;  // below, it is none
  static constexpr uint32_t kZero = 1;
  static double LogGrowth() {
    static const double log = std::log(kGrowth);
    return log;
  }
};

}  // namespace plumbline
