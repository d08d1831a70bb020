#include "core/window/exact_sum.h"

namespace plumbline {

// Writes the sum as digits of 32 bits. Returns the carry out of the last digit,
// which has the sign of the sum.
int64_t ExactSum::Carried(Digits* digits) const {
  int64_t carry = 0;
  for (uint32_t i = 0; i < kCounters; ++i) {
    const int64_t low = low_[i] + (carry & 0xffffffff);
    (*digits)[i] = low & 0xffffffff;
    carry = high_[i] + (carry >> kBits) + (low >> kBits);
  }
  return carry;
}

WideDouble ExactSum::Total() const {
  Digits digits;
  const int64_t carry = Carried(&digits);
  if (carry < 0) {
    ExactSum negative;
    for (uint32_t i = 0; i < kCounters; ++i) {
      negative.low_[i] = -low_[i];
      negative.high_[i] = -high_[i];
    }
    return -negative.Total();
  }
  WideDouble total({static_cast<double>(carry), 0},
                   kBits * int{kCounters} + kLeastBit);
  for (uint32_t i = kCounters; i-- > 0;) {
    if (digits[i] == 0) continue;
    total = total + WideDouble({static_cast<double>(digits[i]), 0},
                               kBits * static_cast<int>(i) + kLeastBit);
  }
  return total;
}

}  // namespace plumbline
