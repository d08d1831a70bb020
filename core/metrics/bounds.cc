#include "core/metrics/bounds.h"

#include <algorithm>
#include <cmath>

#include "core/metrics/classification.h"

namespace plumbline {
namespace {

Bounds Clipped(double middle, double half) {
  return {std::max(middle - half, 0.0), std::min(middle + half, 1.0)};
}

// The gradient of the mean F1 over `classes` classes with respect to a cell,
// without what is the same for all cells of a class:
// -(of[actual] + of[predicted]), plus 2 / (actual + predicted) on the diagonal.
struct Gradient {
  double of_class = 0;
  double on_diagonal = 0;
};

Gradient GradientOf(const ClassCounts& c, double classes) {
  const auto size = static_cast<double>(c.actual + c.predicted);
  if (size == 0) return {};
  return {F1(c).value_or(0) / size / classes, 2 / size / classes};
}

// With D = predicted + actual, the gradient of F = 2 TP / D gives the variance
// F (1 - F) (2 - F) / D.
double F1Deviation(double f, const ClassCounts& counts) {
  const auto size = static_cast<double>(counts.predicted + counts.actual);
  return std::sqrt(f * (1 - f) * (2 - f) / size);
}

}  // namespace

std::optional<Bounds> WilsonBounds(uint64_t part, uint64_t whole) {
  if (whole == 0) return std::nullopt;
  const auto n = static_cast<double>(whole);
  const double p = static_cast<double>(part) / n;
  const double z2 = kZ * kZ;
  const double half =
      kZ * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
  Bounds bounds = Clipped((p + z2 / (2 * n)) / (1 + z2 / n), half);
  if (part == 0) bounds.lower = 0;
  if (part == whole) bounds.upper = 1;
  return bounds;
}

std::optional<Bounds> F1Bounds(const ClassCounts& counts) {
  const Figure f1 = F1(counts);
  if (!f1) return std::nullopt;
  return Clipped(*f1, kZ * F1Deviation(*f1, counts));
}

// The errors of the classes come from the same pairs, and their correlation is
// not counted. The deviation of their mean is at most the mean of their
// deviations.
std::optional<Bounds> MultilabelMacroF1Bounds(const Confusion& confusion) {
  const Figure f1 = Averaged(confusion, Average::kMacro, F1);
  if (!f1) return std::nullopt;
  double deviations = 0;
  double classes = 0;
  for (const ClassCounts& c : confusion.classes) {
    const Figure of_class = F1(c);
    if (!of_class) continue;
    deviations += F1Deviation(*of_class, c);
    ++classes;
  }
  return Clipped(*f1, kZ * deviations / classes);
}

// The figure does not change when all counts grow by the same factor. So its
// variance is the sum over the cells of count times squared gradient.
std::optional<Bounds> MacroF1Bounds(const Confusion& confusion) {
  const Figure f1 = Averaged(confusion, Average::kMacro, F1);
  if (!f1) return std::nullopt;
  const auto classes = static_cast<double>(std::count_if(
      confusion.classes.begin(), confusion.classes.end(),
      [](const ClassCounts& c) { return c.actual + c.predicted > 0; }));
  double variance = 0;
  std::vector<Gradient> gradients;
  for (const ClassCounts& c : confusion.classes) {
    const Gradient& g = gradients.emplace_back(GradientOf(c, classes));
    const auto hits = static_cast<double>(c.true_positives);
    const double misses =
        static_cast<double>(c.actual + c.predicted) - 2 * hits;
    const double diagonal = g.on_diagonal - 2 * g.of_class;
    variance += hits * diagonal * diagonal;
    // (a + b)^2 = a^2 + b^2 + 2 a b for cells off the diagonal. Without these
    // cells, 2 a b is at most a^2 + b^2.
    variance += misses * g.of_class * g.of_class * (confusion.cells ? 1 : 2);
  }
  if (confusion.cells) {
    confusion.ForEachMiss([&](uint32_t actual, uint32_t predicted, uint64_t n) {
      variance += 2 * static_cast<double>(n) * gradients[actual].of_class *
                  gradients[predicted].of_class;
    });
  }
  return Clipped(*f1, kZ * std::sqrt(variance));
}

}  // namespace plumbline
