// ExactSum: sums of doubles without rounding. A value that leaves a window
// subtracts exactly the amount that it added.
//
// A sum is kept as 64-bit counters of weight 2^(32 i - 1074), as in R. Neal,
// "Fast exact summation using small and large superaccumulators"
// (arXiv:1505.05571), but carries are not propagated. A number adds less than
// 2^32 to each of three counters, so a slot has room for 2^31 numbers.

#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "core/window/wide_double.h"

namespace plumbline {

class ExactSum {
 public:
  static constexpr uint32_t kCounters = 66;
  static constexpr int kBits = 32;         // of a counter's weight
  static constexpr int kLeastBit = -1074;  // of a double

  // Calls add(counter, delta) for each counter that `value` changes. REQUIRES:
  // `value` is finite.
  template <class Add>
  static void ForEach(double value, Add add) {
    if (value == 0) return;
    int exponent = 0;
    const double mantissa = std::frexp(std::fabs(value), &exponent);
    int place = exponent - 53 - kLeastBit;
    auto digits = static_cast<uint64_t>(std::ldexp(mantissa, 53));
    if (place < 0) {  // a subnormal number has fewer digits
      digits >>= -place;
      place = 0;
    }
    const auto counter = static_cast<uint32_t>(place / kBits);
    const int shift = place % kBits;
    const int64_t sign = value < 0 ? -1 : 1;
    const uint64_t low = digits << shift;
    const uint64_t high = shift == 0 ? 0 : digits >> (64 - shift);
    AddPart(counter, low & 0xffffffff, sign, add);
    AddPart(counter + 1, low >> kBits, sign, add);
    AddPart(counter + 2, high, sign, add);
  }

  // [Reader] Adds the value of one slot's counter.
  void Add(uint32_t counter, uint64_t value) {
    low_[counter] += static_cast<int64_t>(value & 0xffffffff);
    high_[counter] += static_cast<int64_t>(value) >> kBits;
  }
  // The sum to some 100 bits.
  WideDouble Total() const;

 private:
  using Digits = std::array<int64_t, kCounters>;

  int64_t Carried(Digits* digits) const;
  template <class Add>
  static void AddPart(uint32_t counter, uint64_t part, int64_t sign, Add add) {
    if (part != 0) add(counter, sign * static_cast<int64_t>(part));
  }

  // Each counter is summed in two halves, so that many slots do not overflow.
  std::array<int64_t, kCounters> low_{};
  std::array<int64_t, kCounters> high_{};
};

}  // namespace plumbline
