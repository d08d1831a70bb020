// Figures of a multilabel model: each class as a binary matrix of its own, and
// what is averaged over the pairs.
//
// Marginals by class are counted as those of a classifier are. The cells here
// are the pairs whose sets are the same, and sums in fixed point over the pairs
// of their own precision, recall and F1: with the sets T (label) and P
// (prediction) |T & P| / |P|, |T & P| / |T| and 2 |T & P| / (|T| + |P|), and 0
// where that is 0 / 0, as scikit-learn's average="samples" with
// zero_division=0.

#include "core/metrics/averages.h"
#include "core/metrics/fixed_point.h"
#include "core/metrics/statistic.h"
#include "core/sync/atomics.h"
#include "core/window/tally.h"

namespace plumbline {
namespace {

enum Cell : uint32_t {
  kExact,
  kSamples,  // high and low of each of kClassFigures
  kCells = kSamples + 2 * kClassFigures.size(),
};

void Count(const Counting& counting, const Observation& o,
           CellChangeList* list) {
  ClassCounts pair;
  for (const ClassMembership m : counting.sets->Of(o.sets())) {
    pair.true_positives += m.predicted && m.actual;
    pair.predicted += m.predicted;
    pair.actual += m.actual;
  }
  const auto add = [list](uint32_t cell, int64_t value) {
    if (value != 0) list->Add(Section::kSets, kCells, cell, value);
  };
  add(kExact, pair.true_positives == pair.predicted &&
                  pair.true_positives == pair.actual);
  for (uint32_t i = 0; i < kClassFigures.size(); ++i) {
    const FixedPoint of_pair =
        FixedPoint::Of(kClassFigures[i].figure(pair).value_or(0));
    add(kSamples + 2 * i, of_pair.high);
    add(kSamples + 2 * i + 1, of_pair.low);
  }
}

// hamming_loss: of all decisions, whether a class is in the set or not, the
// share that is wrong. Classes that do not occur are not decided about.
Figure HammingLoss(const Confusion& confusion) {
  uint64_t wrong = 0;
  uint64_t classes = 0;
  for (const ClassCounts& c : confusion.classes) {
    wrong += c.actual + c.predicted - 2 * c.true_positives;
    classes += c.actual + c.predicted > 0;
  }
  if (classes == 0 || confusion.observations == 0) return std::nullopt;
  return static_cast<double>(wrong) / static_cast<double>(classes) /
         static_cast<double>(confusion.observations);
}

void Append(const FigureInput& input, FigureList* list) {
  const uint64_t pairs = input.counts.observations;
  if (input.task != Task::kMultilabel || pairs == 0) return;
  std::vector<uint64_t> cells = input.counts.of(Section::kSets);
  cells.resize(kCells);
  const auto confusion = Confusion::Of(input.counts, input.classes.size());
  list->Add("accuracy",
            static_cast<double>(cells[kExact]) / static_cast<double>(pairs));
  list->Bounds("accuracy_lower_bound", "accuracy_upper_bound", "",
               WilsonBounds(cells[kExact], pairs));
  for (uint32_t i = 0; i < kClassFigures.size(); ++i) {
    const auto& [name, figure] = kClassFigures[i];
    for (const auto& [average_name, average] : kAverages) {
      list->Average(name, average_name, Averaged(confusion, average, figure));
    }
    const uint32_t high = kSamples + 2 * i;
    list->Average(name, "samples",
                  FixedPoint::Value(cells[high], cells[high + 1]) /
                      static_cast<double>(pairs));
  }
  list->Bounds("f1_lower_bound", "f1_upper_bound", "macro",
               MultilabelMacroF1Bounds(confusion));
  list->Number("hamming_loss", HammingLoss(confusion));
}

}  // namespace

extern const Statistic kMultilabelStatistic;
const Statistic kMultilabelStatistic = {
    // Beside those of core/metrics/classification_figures.cc.
    .families = {{.name = "hamming_loss",
                  .is_ratio = false,
                  .help = "Share of the decisions for or against a class that "
                          "were wrong."}},
    .append = Append,
    .applies =
        [](const ModelTraits& traits) {
          return traits.task == Task::kMultilabel;
        },
    .count = Count,
    .slot_bytes = [](const ModelTraits&,
                     int64_t) { return Block<StdAtomics>::HeapBytes(kCells); },
    .task = Task::kMultilabel,
};

}  // namespace plumbline
