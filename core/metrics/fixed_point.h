// FixedPoint: exact sums of numbers from 0 to some hundreds, in two integer
// counters that are exact under addition and subtraction. `high` counts units
// of 2^-20; `low` counts the rest in units of 2^-50.

#pragma once

#include <cmath>
#include <cstdint>

namespace plumbline {

struct FixedPoint {
  int64_t high;
  int64_t low;

  // REQUIRES: 0 <= value < 2^20.
  static FixedPoint Of(double value) {
    const double units = value * 0x1p20;
    const auto high = static_cast<int64_t>(units);
    const double rest = units - static_cast<double>(high);
    return {high, static_cast<int64_t>(rest * 0x1p30 + 0.5)};
  }
  static double Value(uint64_t high, uint64_t low) {
    return std::ldexp(static_cast<double>(static_cast<int64_t>(high)), -20) +
           std::ldexp(static_cast<double>(static_cast<int64_t>(low)), -50);
  }
};

}  // namespace plumbline
