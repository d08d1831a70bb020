#include "core/metrics/confusion.h"

namespace plumbline {

Confusion Confusion::Of(const SlotCounts& counts, size_t class_count) {
  Confusion confusion;
  confusion.observations = counts.observations;
  confusion.classes.resize(class_count);
  if (counts.marginals.empty()) confusion.cells = &counts.matrix;
  // The matrix is square, and may have fewer classes.
  uint32_t side = 0;
  while (side < class_count && CellOf(side, 0) < counts.matrix.size()) ++side;
  for (uint32_t actual = 0; actual < side; ++actual) {
    for (uint32_t predicted = 0; predicted < side; ++predicted) {
      const uint64_t n = counts.matrix[CellOf(actual, predicted)];
      confusion.classes[actual].actual += n;
      confusion.classes[predicted].predicted += n;
      if (actual == predicted) confusion.classes[actual].true_positives += n;
    }
  }
  for (uint32_t c = 0; c < class_count && !counts.marginals.empty(); ++c) {
    ClassCounts& of = confusion.classes[c];
    of.true_positives +=
        counts.marginals[MarginalOf(c, Marginal::kTruePositives)];
    of.predicted += counts.marginals[MarginalOf(c, Marginal::kPredicted)];
    of.actual += counts.marginals[MarginalOf(c, Marginal::kActual)];
  }
  return confusion;
}

}  // namespace plumbline
