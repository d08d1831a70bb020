// FixedPoint: sums of numbers from 0 to some hundreds, in two integer counters
// that are exact whatever is added and taken away: units of 2^-20 and, for what
// is left, of 2^-50.

#pragma once

#include <cmath>
#include <cstdint>

namespace plumbline {

struct FixedPoint {
  int64_t high;
  int64_t low;

  // REQUIRES: 0 <= value < 2^20.
  static FixedPoint Of(double value) {
    const double units = std::floor(std::ldexp(value, 20));
    return {static_cast<int64_t>(units),
            std::llround(std::ldexp(std::ldexp(value, 20) - units, 30))};
  }
  static double Value(uint64_t high, uint64_t low) {
    return std::ldexp(static_cast<double>(static_cast<int64_t>(high)), -20) +
           std::ldexp(static_cast<double>(static_cast<int64_t>(low)), -50);
  }
};

}  // namespace plumbline
