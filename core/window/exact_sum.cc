#include "core/window/exact_sum.h"

#include <limits>

namespace plumbline {
namespace {

// REQUIRES: |a| is not less than |b|.
DoubleDouble QuickTwoSum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

}  // namespace

DoubleDouble operator+(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble high = TwoSum(a.high, b.high);
  const DoubleDouble low = TwoSum(a.low, b.low);
  const DoubleDouble sum = QuickTwoSum(high.high, high.low + low.high);
  return QuickTwoSum(sum.high, sum.low + low.low);
}

DoubleDouble operator-(DoubleDouble a, DoubleDouble b) {
  return a + DoubleDouble{-b.high, -b.low};
}

DoubleDouble operator*(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble product = TwoProduct(a.high, b.high);
  return QuickTwoSum(product.high,
                     product.low + a.high * b.low + a.low * b.high);
}

// The sum in digits of 32 bits, and what is carried out of the last, which has
// the sign.
int64_t ExactSum::Carried(Digits* digits) const {
  int64_t carry = 0;
  for (uint32_t i = 0; i < kCounters; ++i) {
    const int64_t low = low_[i] + (carry & 0xffffffff);
    (*digits)[i] = low & 0xffffffff;
    carry = high_[i] + (carry >> kBits) + (low >> kBits);
  }
  return carry;
}

DoubleDouble ExactSum::Total() const {
  Digits digits;
  const int64_t carry = Carried(&digits);
  if (carry < 0) {
    ExactSum negative;
    for (uint32_t i = 0; i < kCounters; ++i) {
      negative.low_[i] = -low_[i];
      negative.high_[i] = -high_[i];
    }
    const DoubleDouble total = negative.Total();
    return {-total.high, -total.low};
  }
  const double most = std::ldexp(static_cast<double>(carry),
                                 kBits * int{kCounters} + kLeastBit);
  DoubleDouble total = {most, 0};
  for (uint32_t i = kCounters; i-- > 0 && std::isfinite(total.high);) {
    const double part = std::ldexp(static_cast<double>(digits[i]),
                                   kBits * static_cast<int>(i) + kLeastBit);
    if (std::isinf(part) || std::isinf(total.high + part)) {
      return {std::numeric_limits<double>::max(), 0};
    }
    total = total + DoubleDouble{part, 0};
  }
  if (std::isfinite(total.high)) return total;
  return {std::numeric_limits<double>::max(), 0};
}

}  // namespace plumbline
