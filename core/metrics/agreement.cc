#include "core/metrics/agreement.h"

#include <cmath>

namespace plumbline {
namespace {

// Sums over the classes, exact up to windows of 2^32 observations.
struct Sums {
  long double observations = 0;
  long double correct = 0;
  long double chance = 0;  // sum of actual * predicted
  long double actual_squared = 0;
  long double predicted_squared = 0;
};

Sums SumsOf(const Confusion& confusion) {
  Sums sums;
  sums.observations = static_cast<long double>(confusion.observations);
  for (const ClassCounts& c : confusion.classes) {
    const auto actual = static_cast<long double>(c.actual);
    const auto predicted = static_cast<long double>(c.predicted);
    sums.correct += static_cast<long double>(c.true_positives);
    sums.chance += actual * predicted;
    sums.actual_squared += actual * actual;
    sums.predicted_squared += predicted * predicted;
  }
  return sums;
}

}  // namespace

Figure MatthewsCorrelation(const Confusion& confusion) {
  const Sums s = SumsOf(confusion);
  const long double all = s.observations * s.observations;
  const long double spread =
      std::sqrt(all - s.actual_squared) * std::sqrt(all - s.predicted_squared);
  if (!(spread > 0)) return std::nullopt;
  return static_cast<double>((s.correct * s.observations - s.chance) / spread);
}

Figure CohenKappa(const Confusion& confusion) {
  const Sums s = SumsOf(confusion);
  const long double beyond = s.observations * s.observations - s.chance;
  if (!(beyond > 0)) return std::nullopt;
  return static_cast<double>((s.correct * s.observations - s.chance) / beyond);
}

}  // namespace plumbline
