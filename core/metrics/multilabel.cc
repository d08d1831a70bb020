// Figures of a multilabel model: each class as a binary matrix of its own, and
// averages over the pairs.
//
// Marginals by class are counted as for a classifier. The cells here are the
// number of pairs with equal sets, and sums in fixed point over the pairs of
// their own precision, recall and F1. For the sets T (label) and P (prediction)
// these are |T & P| / |P|, |T & P| / |T| and 2 |T & P| / (|T| + |P|). 0 / 0
// counts as 0, as in scikit-learn's average="samples" with zero_division=0.

#include "core/metrics/averages.h"
#include "core/metrics/fixed_point.h"
#include "core/metrics/statistic.h"
#include "core/sync/atomics.h"
#include "core/window/window_delta.h"

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

// hamming_loss: the share of wrong decisions; a decision is whether a class is
// in the set. Classes that do not occur have no decisions.
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
    // These come in addition to core/metrics/classification_figures.cc.
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
