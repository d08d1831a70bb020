// Figures from the score of the positive class: its ranking (ROC AUC, average
// precision) and its accuracy as a probability (log loss, Brier score, expected
// calibration error).
//
// Cells: the number of pairs, the sums of log loss and of squared error in
// fixed point, and for each calibration bin the sum of label minus score. With
// n pairs in all, the calibration error is the sum over the bins of |sum of
// (label - score)| / n. The scores themselves are in score bins.

#include "core/metrics/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/metrics/class_scores.h"
#include "core/metrics/fixed_point.h"
#include "core/metrics/ranking.h"
#include "core/metrics/statistic.h"
#include "core/sync/atomics.h"
#include "core/window/window_delta.h"

namespace plumbline {
namespace {

enum Cell : uint32_t {
  kPairs,
  kLogLossHigh,
  kLogLossLow,
  kSquaredErrorHigh,
  kSquaredErrorLow,
  kCalibration,
  kCells = kCalibration + kCalibrationBins,
};
static_assert(kCells == kScoreCells);

void Count(const Counting& counting, const Observation& o,
           CellChangeList* list) {
  const double score = PositiveScore(counting, o);
  if (!(score >= 0) || o.age() < counting.scores_from) return;
  const bool positive = o.actual() == counting.positive;
  const double error = (positive ? 1 : 0) - score;
  const FixedPoint loss =
      FixedPoint::Of(LogLossOf(positive ? score : 1 - score));
  const FixedPoint squared = FixedPoint::Of(error * error);
  const auto add = [&](uint32_t cell, int64_t value) {
    list->Add(Section::kScores, kCells, cell, value);
  };
  add(kPairs, 1);
  add(kLogLossHigh, loss.high);
  add(kLogLossLow, loss.low);
  add(kSquaredErrorHigh, squared.high);
  add(kSquaredErrorLow, squared.low);
  add(kCalibration + CalibrationBinOf(score), CalibrationUnits(error));
  list->Add(SparseSection::kScoreBins, ScoreBins::KeyOf(score),
            positive ? ScoreBins::kPositive : ScoreBins::kNegative);
}

void Append(const FigureInput& input, FigureList* list) {
  const std::vector<uint64_t>& cells = input.counts.of(Section::kScores);
  if (cells.empty() || cells[kPairs] == 0 || !input.positive_class) return;
  const uint64_t pairs = cells[kPairs];
  const auto bins = BinsOf(input.counts.of(SparseSection::kScoreBins));
  const auto mean = [&](Cell high, Cell low) {
    return FixedPoint::Value(cells[high], cells[low]) /
           static_cast<double>(pairs);
  };
  list->Average("roc_auc", "binary", RocAuc(bins));
  list->Average("average_precision", "binary", AveragePrecision(bins));
  if (UsesClassScores(input)) return;
  list->Number("log_loss", mean(kLogLossHigh, kLogLossLow));
  list->Number("brier_score", mean(kSquaredErrorHigh, kSquaredErrorLow));
  list->Add("expected_calibration_error", ScoreCalibrationError(input));
}

}  // namespace

double ScoreOf(const ScorePool::List& scores, uint32_t class_index) {
  for (const auto& [index, p] : scores) {
    if (index == class_index) return p;
  }
  return 0;
}

double PositiveScore(const Counting& counting, const Observation& o) {
  if (!o.has_scores()) return o.score();
  if (!counting.has_positive) return -1;
  return ScoreOf(counting.scores->Of(o.scores()), counting.positive);
}

double LogLossOf(double probability) {
  constexpr double kLeast = std::numeric_limits<double>::epsilon();
  return -std::log(std::clamp(probability, kLeast, 1 - kLeast));
}

uint32_t CalibrationBinOf(double score) {
  constexpr double kBins = kCalibrationBins;
  auto bin = static_cast<uint32_t>(score * kBins);
  // An edge belongs to the bin below it. Corrects the rounding of the product.
  if (bin > 0 && score <= bin / kBins) --bin;
  if (score > (bin + 1) / kBins) ++bin;
  return bin;
}

int64_t CalibrationUnits(double difference) {
  const double units = difference * 0x1p32;
  return static_cast<int64_t>(units + (units < 0 ? -0.5 : 0.5));
}

double CalibrationError(const uint64_t* bins, uint64_t pairs) {
  double sum = 0;
  for (uint32_t i = 0; i < kCalibrationBins; ++i) {
    sum += std::fabs(static_cast<double>(static_cast<int64_t>(bins[i])));
  }
  return std::ldexp(sum, -32) / static_cast<double>(pairs);
}

Figure ScoreCalibrationError(const FigureInput& input) {
  const auto& cells = input.counts.of(Section::kScores);
  if (cells.empty() || cells[kPairs] == 0) return std::nullopt;
  return CalibrationError(&cells[kCalibration], cells[kPairs]);
}

extern const Statistic kScoreStatistic;
const Statistic kScoreStatistic = {
    .families =
        {{.name = "roc_auc",
          .help = "Area under the ROC curve of the scores.",
          .label = "average",
          .values = {"binary", "macro"}},
         {.name = "average_precision",
          .help = "Average precision of the scores.",
          .label = "average",
          .values = {"binary", "macro"}},
         {.name = "log_loss",
          .is_ratio = false,
          .help = "Mean negative logarithm of the probability given to the "
                  "label."},
         {.name = "brier_score",
          .is_ratio = false,
          .help = "Mean squared error of the scores."},
         {.name = "expected_calibration_error",
          .help = "Mean distance of the scores from what came, over 15 bins "
                  "of scores."}},
    .append = Append,
    .applies = [](const ModelTraits& traits) { return traits.scored; },
    .count = Count,
    .slot_bytes =
        [](const ModelTraits&, int64_t last) {
          return Block<StdAtomics>::HeapBytes(kCells) +
                 SparseCells<StdAtomics, ScoreBins>::HeapBytes(
                     SizeOf(SparseSection::kScoreBins, last));
        },
};

}  // namespace plumbline
