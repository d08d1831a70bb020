#include "core/window/wide_double.h"

namespace plumbline {
namespace {

// REQUIRES: |a| is not less than |b|.
DoubleDouble QuickTwoSum(double a, double b) {
  const double sum = a + b;
  return {sum, b - (sum - a)};
}

DoubleDouble Scaled(DoubleDouble digits, int exponent) {
  return {std::ldexp(digits.high, exponent), std::ldexp(digits.low, exponent)};
}

DoubleDouble Sum(DoubleDouble a, DoubleDouble b) {
  const DoubleDouble high = TwoSum(a.high, b.high);
  const DoubleDouble low = TwoSum(a.low, b.low);
  const DoubleDouble sum = QuickTwoSum(high.high, high.low + low.high);
  return QuickTwoSum(sum.high, sum.low + low.low);
}

}  // namespace

WideDouble::WideDouble(DoubleDouble digits, int exponent) {
  digits = QuickTwoSum(digits.high, digits.low);
  if (digits.high == 0) return;
  int shift = 0;
  std::frexp(digits.high, &shift);
  digits_ = Scaled(digits, -shift);
  exponent_ = exponent + shift;
}

double WideDouble::value() const {
  return std::ldexp(digits_.value(), exponent_);
}

double WideDouble::Sqrt() const {
  const int odd = exponent_ % 2;
  return std::ldexp(std::sqrt(Scaled(digits_, odd).value()),
                    (exponent_ - odd) / 2);
}

WideDouble WideDouble::operator-() const {
  WideDouble negative = *this;
  negative.digits_ = {-digits_.high, -digits_.low};
  return negative;
}

WideDouble WideDouble::operator+(const WideDouble& other) const {
  if (digits_.high == 0) return other;
  if (other.digits_.high == 0) return *this;
  if (exponent_ < other.exponent_) return other + *this;
  return {Sum(digits_, Scaled(other.digits_, other.exponent_ - exponent_)),
          exponent_};
}

WideDouble WideDouble::operator-(const WideDouble& other) const {
  return *this + -other;
}

WideDouble WideDouble::operator*(const WideDouble& other) const {
  const DoubleDouble& a = digits_;
  const DoubleDouble& b = other.digits_;
  DoubleDouble product = TwoProduct(a.high, b.high);
  product.low += a.high * b.low + a.low * b.high;
  return {product, exponent_ + other.exponent_};
}

WideDouble WideDouble::operator/(double divisor) const {
  const double high = digits_.high / divisor;
  const double rest = std::fma(-high, divisor, digits_.high) + digits_.low;
  return {{high, rest / divisor}, exponent_};
}

double WideDouble::Over(const WideDouble& divisor) const {
  return std::ldexp(digits_.value() / divisor.digits_.value(),
                    exponent_ - divisor.exponent_);
}

WideDouble WideDouble::TimesPowerOf2(int exponent) const {
  WideDouble scaled = *this;
  if (digits_.high != 0) scaled.exponent_ += exponent;
  return scaled;
}

}  // namespace plumbline
