// Figures of a regression, from exact sums of the errors and the labels, and
// quantiles of the absolute error from bins.
//
// Sums (core/window/exact_sum.h): of the error (prediction minus label), its
// absolute value and square, the label and its square, and the absolute error
// as a part of the label, where that is not 0. What a double cannot hold counts
// as the largest one.

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/metrics/statistic.h"
#include "core/window/atomics.h"
#include "core/window/tally.h"

namespace plumbline {
namespace {

enum Sum : uint32_t {
  kError,
  kAbsoluteError,
  kSquaredError,
  kLabel,
  kSquaredLabel,
  kRelativeError,
  kSums,
};
constexpr uint32_t kLabelsNotZero = ErrorSums::KeyOf(kSums, 0);

double Bounded(double value) {
  constexpr double kMost = std::numeric_limits<double>::max();
  return std::clamp(value, -kMost, kMost);
}

class Adder {
 public:
  explicit Adder(CellChangeList* list) : list_(list) {}

  void Add(Sum sum, double value) {
    ExactSum::ForEach(Bounded(value), [&](uint32_t counter, int64_t delta) {
      list_->Add(SparseSection::kErrorSums, ErrorSums::KeyOf(sum, counter),
                 delta);
    });
  }
  void AddSquare(Sum sum, double value) {
    const DoubleDouble square = TwoProduct(value, value);
    Add(sum, square.high);
    if (std::isfinite(square.high)) Add(sum, square.low);
  }

 private:
  CellChangeList* const list_;
};

void Count(const Counting&, const Observation& o, CellChangeList* list) {
  const double error = Bounded(o.prediction() - o.label());
  Adder adder(list);
  adder.Add(kError, error);
  adder.Add(kAbsoluteError, std::fabs(error));
  adder.AddSquare(kSquaredError, error);
  adder.Add(kLabel, o.label());
  adder.AddSquare(kSquaredLabel, o.label());
  if (o.label() != 0) {
    adder.Add(kRelativeError, std::fabs(error / o.label()));
    list->Add(SparseSection::kErrorSums, kLabelsNotZero, 1);
  }
  list->Add(SparseSection::kErrorBins, ErrorBins::KeyOf(std::fabs(error)), 1);
}

struct Sums {
  std::array<DoubleDouble, kSums> total;
  uint64_t labels_not_zero = 0;

  explicit Sums(const SparseCounts& counts) {
    std::array<ExactSum, kSums> sums;
    for (const auto& [key, count] : counts.entries) {
      if (key == kLabelsNotZero) {
        labels_not_zero += count;
      } else {
        sums[(key - 1) / ExactSum::kCounters].Add(
            (key - 1) % ExactSum::kCounters, count);
      }
    }
    for (uint32_t i = 0; i < kSums; ++i) total[i] = sums[i].Total();
  }
};

// r2_score: 1 - sum of squared errors / sum of squared distances of the labels
// from their mean. The latter is the difference of two large sums, and needs
// all their digits. nullopt if all labels are the same.
Figure R2(const Sums& sums, double n) {
  const DoubleDouble& label = sums.total[kLabel];
  const DoubleDouble squares = DoubleDouble{n, 0} * sums.total[kSquaredLabel];
  const double spread = (squares - label * label).value();
  // What is left of so many digits is rounding.
  constexpr double kRounding = 0x1p-96;
  if (!(spread > squares.value() * kRounding) || !std::isfinite(spread)) {
    return std::nullopt;
  }
  return 1 - sums.total[kSquaredError].value() / (spread / n);
}

// The value of the rank-th smallest error, from 0.
double ErrorAt(const SparseCounts& bins, uint64_t rank) {
  uint64_t below = 0;
  for (const auto& [key, count] : bins.entries) {
    below += count;
    if (below > rank) {
      return ErrorBins::ValueOf(key, bins.level);
    }
  }
  return 0;
}

// numpy.quantile: linear between the two ranks next to q (n - 1).
Figure Quantile(const SparseCounts& bins, uint64_t n, double q) {
  if (n == 0 || bins.entries.empty()) return std::nullopt;
  const double rank = q * static_cast<double>(n - 1);
  const double part = rank - std::floor(rank);
  const auto lower = static_cast<uint64_t>(rank);
  const double at = ErrorAt(bins, lower);
  if (part == 0) return at;
  return at + part * (ErrorAt(bins, lower + 1) - at);
}

struct QuantileName {
  std::string_view name;
  double q;
};
constexpr std::array<QuantileName, 3> kQuantiles = {
    {{"0.5", 0.5}, {"0.9", 0.9}, {"0.99", 0.99}}};

void Append(const ModelSnapshot& model, const WindowSnapshot& window,
            FigureList* list) {
  const uint64_t pairs = window.counts.observations;
  if (model.task != Task::kRegression || pairs == 0) return;
  const Sums sums(window.counts.of(SparseSection::kErrorSums));
  const auto n = static_cast<double>(pairs);
  const auto mean = [&](Sum sum) { return sums.total[sum].value() / n; };
  list->Number("mean_absolute_error", mean(kAbsoluteError));
  list->Number("root_mean_squared_error", std::sqrt(mean(kSquaredError)));
  list->Number("mean_error", mean(kError));
  list->Number("r2", R2(sums, n));
  if (sums.labels_not_zero > 0) {
    list->Add("mean_absolute_percentage_error",
              sums.total[kRelativeError].value() /
                  static_cast<double>(sums.labels_not_zero));
  }
  const SparseCounts bins =
      window.counts.of(SparseSection::kErrorBins).Merged<ErrorBins>();
  for (const auto& [name, q] : kQuantiles) {
    list->Number("absolute_error_quantile", "q", name,
                 Quantile(bins, pairs, q));
  }
}

}  // namespace

extern const Statistic kRegressionStatistic;
const Statistic kRegressionStatistic = {
    .families = {{.name = "mean_absolute_error",
                  .is_ratio = false,
                  .help = "Mean absolute error."},
                 {.name = "root_mean_squared_error",
                  .is_ratio = false,
                  .help = "Square root of the mean squared error."},
                 {.name = "mean_error",
                  .is_ratio = false,
                  .help = "Mean of prediction minus label."},
                 {.name = "r2",
                  .is_ratio = false,
                  .help = "Coefficient of determination."},
                 {.name = "mean_absolute_percentage_error",
                  .help = "Mean absolute error as a part of the label, where "
                          "that is not 0."},
                 {.name = "absolute_error_quantile",
                  .is_ratio = false,
                  .help = "Quantile of the absolute error, within 1%.",
                  .label = "q",
                  .values = {"0.5", "0.9", "0.99"}}},
    .append = Append,
    .applies =
        [](const ModelTraits& traits) {
          return traits.task == Task::kRegression;
        },
    .count = Count,
    .slot_bytes =
        [](const ModelTraits&, int64_t last) {
          return SparseCells<StdAtomics, ErrorSums>::HeapBytes(
                     SizeOf(SparseSection::kErrorSums, last)) +
                 SparseCells<StdAtomics, ErrorBins>::HeapBytes(
                     SizeOf(SparseSection::kErrorBins, last));
        },
    .task = Task::kRegression,
};

}  // namespace plumbline
