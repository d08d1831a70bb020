// The figures of a binary model as if "score >= threshold" decided, for other
// thresholds.
//
// Cells, for each index of a threshold: true positives, false positives, false
// negatives, true negatives.

#include <algorithm>
#include <bit>

#include "core/metrics/scores.h"
#include "core/metrics/statistic.h"
#include "core/sync/atomics.h"
#include "core/window/window_delta.h"

namespace plumbline {
namespace {

enum Cell : uint32_t {
  kTruePositives,
  kFalsePositives,
  kFalseNegatives,
  kTrueNegatives,
  kCells,
};
static_assert(kCells == kThresholdCells);

// Cells of so many thresholds. Grows in large steps, as growing copies a block.
uint32_t SizeFor(size_t thresholds) {
  constexpr size_t kLeast = 4;
  return static_cast<uint32_t>(std::bit_ceil(std::max(thresholds, kLeast))) *
         kCells;
}

void Count(const Counting& counting, const Observation& o,
           CellChangeList* list) {
  const double score = PositiveScore(counting, o);
  if (!(score >= 0) || o.age() < counting.scores_from) return;
  const bool positive = o.actual() == counting.positive;
  const uint32_t size = SizeFor(counting.thresholds.size());
  for (uint32_t i = 0; i < counting.thresholds.size(); ++i) {
    const Threshold& threshold = counting.thresholds[i];
    if (threshold.text.empty() || o.age() < threshold.first_age) continue;
    const bool predicted = score >= threshold.value;
    const Cell cell = positive ? (predicted ? kTruePositives : kFalseNegatives)
                               : (predicted ? kFalsePositives : kTrueNegatives);
    list->Add(Section::kThresholds, size, i * kCells + cell, 1);
  }
}

void Append(const FigureInput& input, FigureList* list) {
  const auto& cells = input.counts.of(Section::kThresholds);
  for (const auto& [text, place] : input.thresholds) {
    if ((place + 1) * kCells > cells.size()) continue;
    const uint64_t* const c = &cells[size_t{place} * kCells];
    const ClassCounts counts = {c[kTruePositives],
                                c[kTruePositives] + c[kFalsePositives],
                                c[kTruePositives] + c[kFalseNegatives]};
    const uint64_t all =
        counts.predicted + c[kFalseNegatives] + c[kTrueNegatives];
    const auto add = [&, &label = text](std::string_view name, Figure value) {
      list->Add(name, "threshold", label, value);
    };
    add("threshold_precision", Precision(counts));
    add("threshold_recall", Recall(counts));
    add("threshold_f1", F1(counts));
    add("threshold_false_positive_rate", FalsePositiveRate(counts, all));
    add("threshold_positive_prediction", PositivePrediction(counts, all));
  }
}

FigureFamily Family(std::string_view name, std::string_view help) {
  return {.name = name, .help = help, .label = "threshold"};
}

}  // namespace

extern const Statistic kThresholdStatistic;
const Statistic kThresholdStatistic = {
    .families =
        {Family("threshold_precision",
                "Precision as if this threshold of the score decided."),
         Family("threshold_recall",
                "Recall as if this threshold of the score decided."),
         Family("threshold_f1",
                "F1 score as if this threshold of the score decided."),
         Family("threshold_false_positive_rate",
                "False positive rate as if this threshold of the score "
                "decided."),
         Family("threshold_positive_prediction",
                "Share predicted positive as if this threshold of the score "
                "decided.")},
    .append = Append,
    .applies =
        [](const ModelTraits& traits) {
          return traits.scored && traits.thresholds > 0;
        },
    .count = Count,
    .slot_bytes =
        [](const ModelTraits& traits, int64_t) {
          // Includes the copies that it may have outgrown.
          return 2 * Block<StdAtomics>::HeapBytes(SizeFor(traits.thresholds));
        },
};

}  // namespace plumbline
