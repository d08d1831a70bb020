// WideDouble: numbers with the digits of two doubles and a much larger range
// than a double. Squares of doubles, and sums of squares, neither overflow nor
// underflow.

#pragma once

#include <cmath>

namespace plumbline {

// The unevaluated sum of two doubles, with twice the digits of one.
struct DoubleDouble {
  double high = 0;
  double low = 0;

  double value() const { return high + low; }
};

// Exact (D. Knuth, The Art of Computer Programming 2, 4.2.2).
inline DoubleDouble TwoSum(double a, double b) {
  const double sum = a + b;
  const double b_part = sum - a;
  return {sum, (a - (sum - b_part)) + (b - b_part)};
}

// Exact, unless the product overflows or the low part underflows.
inline DoubleDouble TwoProduct(double a, double b) {
  const double product = a * b;
  return {product, std::fma(a, b, -product)};
}

class WideDouble {
 public:
  WideDouble() = default;
  // digits * 2^exponent. REQUIRES: digits are finite.
  WideDouble(DoubleDouble digits, int exponent);
  static WideDouble Of(double value) { return {{value, 0}, 0}; }

  // Infinite beyond the largest double.
  double value() const;
  // NaN for a negative number.
  double Sqrt() const;
  bool is_negative() const { return digits_.high < 0; }

  WideDouble operator-() const;
  WideDouble operator+(const WideDouble& other) const;
  WideDouble operator-(const WideDouble& other) const;
  WideDouble operator*(const WideDouble& other) const;
  WideDouble operator/(double divisor) const;
  // The quotient as a double.
  double Over(const WideDouble& divisor) const;
  WideDouble TimesPowerOf2(int exponent) const;
  bool operator<(const WideDouble& other) const {
    return (*this - other).is_negative();
  }

 private:
  DoubleDouble digits_;  // 0, or 0.5 <= |high| < 1
  int exponent_ = 0;
};

}  // namespace plumbline
