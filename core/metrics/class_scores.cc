// Figures from the scores of several classes: ROC AUC and average precision of
// each class against the rest, and their mean; log loss, Brier score and
// expected calibration error over all classes.
//
// Cells: the number of pairs, sums in fixed point, the calibration bins of the
// highest score (1 if correct, else 0, minus the score), and the number of
// labels of each class. Score bins are by class. Scores of 0 have no bin: their
// number follows from the number of pairs.

#include "core/metrics/class_scores.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/metrics/fixed_point.h"
#include "core/metrics/ranking.h"
#include "core/metrics/scores.h"
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
  kLabels = kCalibration + kCalibrationBins,  // by class
};

static_assert(kLabels == kClassScoreLabels);

// Up to this many classes a slot has room for two bins of each class. With more
// classes scores are not ranked.
constexpr uint32_t kMostRanked = 1000;

// Grows in large steps, as growing copies a block.
uint32_t SizeFor(uint32_t classes) { return std::bit_ceil(kLabels + classes); }

// log_loss of one pair: clamps probabilities away from 0 and 1, and then scales
// them to sum up to 1, as scikit-learn does.
double LossOf(const ScorePool::List& scores, uint32_t actual,
              uint32_t classes) {
  constexpr double kLeast = std::numeric_limits<double>::epsilon();
  double sum = kLeast * (classes - static_cast<double>(scores.size()));
  double given = kLeast;
  for (const ClassProbability& score : scores) {
    const double p = std::clamp(score.probability, kLeast, 1 - kLeast);
    sum += p;
    if (score.class_index == actual) given = p;
  }
  return -std::log(given / sum);
}

void Count(const Counting& counting, const Observation& o,
           CellChangeList* list) {
  if (!o.has_scores()) return;
  const ScorePool::List& scores = counting.scores->Of(o.scores());
  const uint32_t size = SizeFor(counting.classes);
  const auto add = [&](uint32_t cell, int64_t value) {
    list->Add(Section::kClassScores, size, cell, value);
  };
  double highest = 0;
  double squared = 1;  // of a label without a score
  for (const auto& [class_index, p] : scores) {
    const bool positive = class_index == o.actual();
    highest = std::max(highest, p);
    squared += p * p - (positive ? 2 * p : 0);
    if (p == 0 || counting.classes > kMostRanked) continue;
    list->Add(SparseSection::kClassScoreBins,
              ClassScoreBins::KeyOf(class_index, p),
              positive ? ScoreBins::kPositive : ScoreBins::kNegative);
  }
  const FixedPoint loss = FixedPoint::Of(
      std::max(LossOf(scores, o.actual(), counting.classes), 0.0));
  const FixedPoint error = FixedPoint::Of(std::max(squared, 0.0));
  add(kPairs, 1);
  add(kLogLossHigh, loss.high);
  add(kLogLossLow, loss.low);
  add(kSquaredErrorHigh, error.high);
  add(kSquaredErrorLow, error.low);
  add(kCalibration + CalibrationBinOf(highest),
      CalibrationUnits((o.actual() == o.predicted() ? 1 : 0) - highest));
  add(kLabels + o.actual(), 1);
}

// The bins of each class against the rest, with those of a score of 0.
std::vector<std::vector<ScoreBin>> BinsByClass(
    const std::vector<uint64_t>& cells, const SparseCounts& counts,
    size_t classes) {
  std::vector<std::vector<ScoreBin>> bins(classes);
  const auto pairs = static_cast<double>(cells[kPairs]);
  for (size_t c = 0; c < classes; ++c) {
    const double labels = kLabels + c < cells.size()
                              ? static_cast<double>(cells[kLabels + c])
                              : 0;
    bins[c].push_back({labels, pairs - labels, false});
  }
  for (const auto& [key, count] : counts.Merged<ClassScoreBins>().entries) {
    const uint32_t c = ClassScoreBins::ClassOf(key);
    if (c >= classes) continue;
    const ScoreBin bin = {static_cast<double>(ScoreBins::Positives(count)),
                          static_cast<double>(ScoreBins::Negatives(count)),
                          ScoreBins::IsMixed(count)};
    bins[c].push_back(bin);
    bins[c][0].positives -= bin.positives;
    bins[c][0].negatives -= bin.negatives;
  }
  return bins;
}

// The mean over the classes for which the figure has a value.
Figure Mean(const std::vector<std::vector<ScoreBin>>& bins,
            Figure (*figure)(const std::vector<ScoreBin>&)) {
  double sum = 0;
  double n = 0;
  for (const auto& of_class : bins) {
    if (const Figure value = figure(of_class)) {
      sum += *value;
      ++n;
    }
  }
  if (n == 0) return std::nullopt;
  return sum / n;
}

void Append(const FigureInput& input, FigureList* list) {
  const auto& cells = input.counts.of(Section::kClassScores);
  if (cells.empty() || cells[kPairs] == 0) return;
  const SparseCounts& counts = input.counts.of(SparseSection::kClassScoreBins);
  if (!counts.entries.empty() && input.classes.size() <= kMostRanked) {
    const auto bins = BinsByClass(cells, counts, input.classes.size());
    list->Average("roc_auc", "macro", Mean(bins, RocAuc));
    list->Average("average_precision", "macro", Mean(bins, AveragePrecision));
  }
  if (!UsesClassScores(input)) return;
  const uint64_t pairs = cells[kPairs];
  const auto mean = [&](Cell high, Cell low) {
    return FixedPoint::Value(cells[high], cells[low]) /
           static_cast<double>(pairs);
  };
  list->Number("log_loss", mean(kLogLossHigh, kLogLossLow));
  list->Number("brier_score", mean(kSquaredErrorHigh, kSquaredErrorLow));
  list->Add("expected_calibration_error", ClassScoreCalibrationError(input));
}

}  // namespace

bool UsesClassScores(const FigureInput& input) {
  const auto& cells = input.counts.of(Section::kClassScores);
  const bool binary = input.IsBinary();
  return !binary && !cells.empty() && cells[kPairs] > 0;
}

Figure ClassScoreCalibrationError(const FigureInput& input) {
  const auto& cells = input.counts.of(Section::kClassScores);
  if (cells.empty() || cells[kPairs] == 0) return std::nullopt;
  return CalibrationError(&cells[kCalibration], cells[kPairs]);
}

extern const Statistic kClassScoreStatistic;
const Statistic kClassScoreStatistic = {
    .families = {},  // in core/metrics/scores.cc
    .append = Append,
    .applies = [](const ModelTraits& traits) { return traits.class_scored; },
    .count = Count,
    .slot_bytes =
        [](const ModelTraits& traits, int64_t last) {
          return 2 * Block<StdAtomics>::HeapBytes(SizeFor(traits.classes)) +
                 SparseCells<StdAtomics, ClassScoreBins>::HeapBytes(
                     SizeOf(SparseSection::kClassScoreBins, last));
        },
};

}  // namespace plumbline
