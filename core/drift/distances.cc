#include "core/drift/distances.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace plumbline {
namespace {

struct Totals {
  double window;
  double reference;

  Totals(const BinCounts& w, const BinCounts& r)
      : window(Sum(w)), reference(Sum(r)) {}
  bool some() const { return window > 0 && reference > 0; }

 private:
  static double Sum(const BinCounts& counts) {
    return static_cast<double>(
        std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  }
};

// std::lgamma() writes a global sign, and scrapes run in parallel.
double LogGamma(double a) {
  int sign = 0;
  return lgamma_r(a, &sign);
}

// The regularised upper incomplete gamma function Q(a, x): by its series for
// small x, else by its continued fraction (M. Abramowitz and I. Stegun,
// "Handbook of Mathematical Functions", 6.5.29 and 6.5.31, the latter by the
// method of W. Lentz, Applied Optics 15, 1976).
double UpperGamma(double a, double x) {
  constexpr double kPrecision = 1e-16;
  constexpr int kMostTerms = 100'000;
  if (x <= 0) return 1;
  const double scale = std::exp(a * std::log(x) - x - LogGamma(a));
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    for (int n = 1; n < kMostTerms && term > sum * kPrecision; ++n) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * scale;
  }
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double fraction = d;
  for (int n = 1; n < kMostTerms; ++n) {
    const double an = -n * (n - a);
    b += 2;
    d = an * d + b;
    if (std::fabs(d) < kTiny) d = kTiny;
    c = b + an / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    d = 1 / d;
    fraction *= d * c;
    if (std::fabs(d * c - 1) < kPrecision) break;
  }
  return scale * fraction;
}

// 1 minus Kolmogorov's distribution (A. Kolmogorov, 1933): by its series for
// large x, by that of Jacobi's theta function for small x.
double KolmogorovTail(double x) {
  constexpr double kBoth = 1.0;  // both series are exact here
  if (x <= 0) return 1;
  double sum = 0;
  if (x < kBoth) {
    constexpr double kPi = std::numbers::pi;
    for (int k = 1; k <= 20; ++k) {
      const double odd = 2 * k - 1;
      sum += std::exp(-odd * odd * kPi * kPi / (8 * x * x));
    }
    return 1 - std::sqrt(2 * kPi) / x * sum;
  }
  for (int k = 1; k <= 20; ++k) {
    sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
  }
  return sum;
}

}  // namespace

std::optional<double> PopulationStabilityIndex(const BinCounts& window,
                                               const BinCounts& reference) {
  constexpr double kLeast = 0.0001;
  const Totals totals(window, reference);
  if (!totals.some()) return std::nullopt;
  const auto share = [](uint64_t count, double total) {
    return count == 0 ? kLeast : static_cast<double>(count) / total;
  };
  double sum = 0;
  for (size_t i = 0; i < window.size(); ++i) {
    const double w = share(window[i], totals.window);
    const double r = share(reference[i], totals.reference);
    sum += (w - r) * std::log(w / r);
  }
  return sum;
}

std::optional<double> JensenShannonDistance(const BinCounts& window,
                                            const BinCounts& reference) {
  const Totals totals(window, reference);
  if (!totals.some()) return std::nullopt;
  double sum = 0;
  const auto add = [&sum](double share, double other) {
    if (share > 0) sum += share * std::log2(2 * share / (share + other)) / 2;
  };
  for (size_t i = 0; i < window.size(); ++i) {
    const double w = static_cast<double>(window[i]) / totals.window;
    const double r = static_cast<double>(reference[i]) / totals.reference;
    add(w, r);
    add(r, w);
  }
  return std::sqrt(std::clamp(sum, 0.0, 1.0));
}

std::optional<double> ChiSquaredPValue(const BinCounts& window,
                                       const BinCounts& reference) {
  const Totals totals(window, reference);
  if (!totals.some()) return std::nullopt;
  const double all = totals.window + totals.reference;
  double statistic = 0;
  int used = 0;
  for (size_t i = 0; i < window.size(); ++i) {
    const double both = static_cast<double>(window[i] + reference[i]);
    if (both == 0) continue;
    ++used;
    for (const auto& [count, total] :
         {std::pair(window[i], totals.window),
          std::pair(reference[i], totals.reference)}) {
      const double expected = both * total / all;
      const double difference = static_cast<double>(count) - expected;
      statistic += difference * difference / expected;
    }
  }
  if (used < 2) return std::nullopt;
  return UpperGamma((used - 1) / 2.0, statistic / 2);
}

std::optional<double> KolmogorovSmirnovPValue(const BinCounts& window,
                                              const BinCounts& reference) {
  const Totals totals(window, reference);
  if (!totals.some()) return std::nullopt;
  double w = 0;
  double r = 0;
  double distance = 0;
  for (size_t i = 0; i < window.size(); ++i) {
    w += static_cast<double>(window[i]);
    r += static_cast<double>(reference[i]);
    distance =
        std::max(distance, std::fabs(w / totals.window - r / totals.reference));
  }
  const double n =
      totals.window * totals.reference / (totals.window + totals.reference);
  return KolmogorovTail(std::sqrt(n) * distance);
}

}  // namespace plumbline
