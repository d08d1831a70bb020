// Figures of a regression, from exact sums of the errors and the labels, and
// quantiles of the absolute error from bins.
//
// Sums (core/window/exact_sum.h): the error (prediction minus label), its
// absolute value and square; the label and its square; the absolute error
// divided by the label, if that is not 0. Squares of errors that a double
// cannot hold exactly are scaled and summed separately. In the other sums, a
// value too large for a double counts as the largest double, and the figure is
// absent.

#include "core/metrics/regression.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/metrics/statistic.h"
#include "core/sync/atomics.h"
#include "core/window/window_delta.h"

namespace plumbline {
namespace {

// NOTE: stores hold these numbers.
enum Sum : uint32_t {
  kError,
  kAbsoluteError,
  kSquaredError,  // of errors that are neither small nor large
  kLabel,
  kSquaredLabel,
  kRelativeError,
  kNotASum,
  kLargeSquaredError,  // divided by kScale^2
  kSmallSquaredError,  // times kScale^2
  kSums,
};
constexpr uint32_t kLabelsNotZero = ErrorSums::KeyOf(kNotASum, 0);

// For doubles between these, the square and its rounding error are doubles. For
// all others, this holds for the scaled ones.
constexpr double kSmall = 0x1p-484;
constexpr double kLarge = 0x1p512;
constexpr double kScale = 0x1p537;
constexpr int kScaleSquared = 2 * 537;  // power of 2

constexpr double kMost = std::numeric_limits<double>::max();

class Adder {
 public:
  explicit Adder(CellChangeList* list) : list_(list) {}

  void Add(Sum sum, double value, int64_t times = 1) {
    ExactSum::ForEach(
        std::clamp(value, -kMost, kMost), [&](uint32_t counter, int64_t delta) {
          list_->Add(SparseSection::kErrorSums, ErrorSums::KeyOf(sum, counter),
                     times * delta);
        });
  }
  void AddSquare(Sum sum, double value, int64_t times = 1) {
    const DoubleDouble square = TwoProduct(value, value);
    Add(sum, square.high, times);
    if (std::isfinite(square.high)) Add(sum, square.low, times);
  }
  void AddSquaredError(double error, int64_t times) {
    const double size = std::fabs(error);
    if (size >= kLarge) {
      AddSquare(kLargeSquaredError, error / kScale, times);
    } else if (size < kSmall) {
      AddSquare(kSmallSquaredError, error * kScale, times);
    } else {
      AddSquare(kSquaredError, error, times);
    }
  }

 private:
  CellChangeList* const list_;
};

void Count(const Counting&, const Observation& o, CellChangeList* list) {
  double error = o.prediction() - o.label();
  int64_t parts = 1;
  if (std::isinf(error)) {
    error = o.prediction() / 2 - o.label() / 2;
    parts = 2;
  }
  const double size = std::fabs(error) * static_cast<double>(parts);
  Adder adder(list);
  adder.Add(kError, error, parts);
  adder.Add(kAbsoluteError, std::fabs(error), parts);
  adder.AddSquaredError(error, parts * parts);
  adder.Add(kLabel, o.label());
  adder.AddSquare(kSquaredLabel, o.label());
  if (o.label() != 0) {
    adder.Add(kRelativeError, size / std::fabs(o.label()));
    list->Add(SparseSection::kErrorSums, kLabelsNotZero, 1);
  }
  list->Add(SparseSection::kErrorBins, ErrorBins::KeyOf(std::min(size, kMost)),
            1);
}

struct Sums {
  std::array<WideDouble, kSums> total;
  uint64_t labels_not_zero = 0;

  explicit Sums(const SparseCounts& counts) {
    std::array<ExactSum, kSums> sums;
    for (const auto& [key, count] : counts.entries) {
      if (key == kLabelsNotZero) {
        labels_not_zero += count;
      } else if (ErrorSums::SumOf(key) < kSums) {
        sums[ErrorSums::SumOf(key)].Add(ErrorSums::CounterOf(key), count);
      }
    }
    for (uint32_t i = 0; i < kSums; ++i) total[i] = sums[i].Total();
  }

  WideDouble squared_error() const {
    return total[kSquaredError] +
           total[kLargeSquaredError].TimesPowerOf2(kScaleSquared) +
           total[kSmallSquaredError].TimesPowerOf2(-kScaleSquared);
  }
};

// True if each part of a sum fitted into a double. Else the sum is at least the
// largest double.
bool IsWhole(const WideDouble& total) { return total.value() < kMost; }

// A difference of this relative size is rounding, as a power of 2.
constexpr int kRounding = -96;

// Absent if squares are missing, as in sums from before squares were scaled.
Figure RootMeanSquaredError(const Sums& sums, double n) {
  const WideDouble squares = sums.squared_error();
  const WideDouble& absolute = sums.total[kAbsoluteError];
  const WideDouble least = absolute * absolute / n;
  if (squares < least - least.TimesPowerOf2(kRounding)) return std::nullopt;
  // If all errors have one size, the two differ in their last digit at most.
  return std::max((squares / n).Sqrt(), (absolute / n).value());
}

// r2_score: 1 - sum of squared errors / sum of squared distances of the labels
// from their mean. The latter is the difference of two large sums, and needs
// all their digits. nullopt if all labels are equal up to rounding.
Figure R2(const Sums& sums, double n) {
  // The spread counts as rounding up to n^2 times this power of 2, as each of
  // the n squares is rounded.
  constexpr int kLeast = -1030;
  if (!IsWhole(sums.total[kSquaredLabel])) return std::nullopt;
  const WideDouble& label = sums.total[kLabel];
  const WideDouble count = WideDouble::Of(n);
  const WideDouble squares = count * sums.total[kSquaredLabel];
  const WideDouble spread = squares - label * label;
  const WideDouble rounding =
      squares.TimesPowerOf2(kRounding) + (count * count).TimesPowerOf2(kLeast);
  if (!(rounding < spread)) return std::nullopt;
  return 1 - (count * sums.squared_error()).Over(spread);
}

// The value of the rank-th smallest error, counted from 0.
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

void Append(const FigureInput& input, FigureList* list) {
  const uint64_t pairs = input.counts.observations;
  if (input.task != Task::kRegression || pairs == 0) return;
  const Sums sums(input.counts.of(SparseSection::kErrorSums));
  const auto n = static_cast<double>(pairs);
  const auto mean = [&](Sum sum) { return (sums.total[sum] / n).value(); };
  list->Number("mean_absolute_error", mean(kAbsoluteError));
  list->Number("root_mean_squared_error", RootMeanSquaredError(sums, n));
  list->Number("mean_error", mean(kError));
  list->Number("r2", R2(sums, n));
  const WideDouble& relative = sums.total[kRelativeError];
  if (sums.labels_not_zero > 0 && IsWhole(relative)) {
    list->Add("mean_absolute_percentage_error",
              (relative / static_cast<double>(sums.labels_not_zero)).value());
  }
  const SparseCounts bins =
      input.counts.of(SparseSection::kErrorBins).Merged<ErrorBins>();
  for (const auto& [name, q] : kQuantiles) {
    list->Number("absolute_error_quantile", "q", name,
                 Quantile(bins, pairs, q));
  }
}

}  // namespace

bool HasRoundedSquares(const SparseCounts& error_sums) {
  constexpr uint32_t kLow = 4;    // has digits below 2^-946
  constexpr uint32_t kHigh = 63;  // from 2^942 on
  return std::any_of(error_sums.entries.begin(), error_sums.entries.end(),
                     [](const auto& entry) {
                       const auto& [key, count] = entry;
                       const uint32_t counter = ErrorSums::CounterOf(key);
                       return count != 0 &&
                              ErrorSums::SumOf(key) == kSquaredError &&
                              (counter < kLow || counter >= kHigh);
                     });
}

bool IsErrorSum(uint32_t key) {
  // Scaled squares are far from one end of the range.
  constexpr uint32_t kLeastLarge = 24;
  constexpr uint32_t kMostSmall = 40;
  constexpr uint32_t kScaledAlike = 6;
  static_assert(kScaledAlike * ExactSum::kCounters +
                    (ExactSum::kCounters - kLeastLarge) + (kMostSmall + 1) +
                    1 <=
                SizeOf(SparseSection::kErrorSums, 0).most);
  if (key == 0) return false;
  const uint32_t counter = ErrorSums::CounterOf(key);
  switch (ErrorSums::SumOf(key)) {
    case kNotASum:
      return counter == 0;
    case kLargeSquaredError:
      return counter >= kLeastLarge;
    case kSmallSquaredError:
      return counter <= kMostSmall;
    default:
      return ErrorSums::SumOf(key) < kSums;
  }
}

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
