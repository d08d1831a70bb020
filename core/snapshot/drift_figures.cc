#include "core/snapshot/drift_figures.h"

#include <algorithm>
#include <numeric>

#include "core/drift/distances.h"
#include "core/drift/reference.h"

namespace plumbline {
namespace {

Drift Compare(std::string_view of, std::string_view feature,
              const BinCounts& window, const BinCounts& reference,
              bool ordered) {
  const auto sum = [](const BinCounts& counts) {
    return std::accumulate(counts.begin(), counts.end(), uint64_t{0});
  };
  Drift drift;
  drift.of = of;
  drift.feature = feature;
  drift.window = sum(window);
  drift.reference = sum(reference);
  drift.psi = PopulationStabilityIndex(window, reference);
  drift.jensen_shannon = JensenShannonDistance(window, reference);
  drift.test = ordered ? "kolmogorov_smirnov" : "chi_squared";
  drift.p_value = ordered ? KolmogorovSmirnovPValue(window, reference)
                          : ChiSquaredPValue(window, reference);
  return drift;
}

// Counts all classes that the reference does not have as one bin.
Drift OfPredictions(const BinCounts& window, const BinCounts& reference) {
  BinCounts w;
  BinCounts r;
  uint64_t unseen = 0;
  for (size_t i = 0; i < std::max(window.size(), reference.size()); ++i) {
    const uint64_t in_window = i < window.size() ? window[i] : 0;
    if (i < reference.size() && reference[i] > 0) {
      w.push_back(in_window);
      r.push_back(reference[i]);
    } else {
      unseen += in_window;
    }
  }
  w.push_back(unseen);
  r.push_back(0);
  return Compare("prediction", "", w, r, false);
}

// Returns `size` counts from `begin` on; counts beyond the end are 0.
BinCounts CellsOf(const std::vector<uint64_t>& cells, size_t begin,
                  size_t size) {
  BinCounts counts(size);
  for (size_t i = 0; i < size && begin + i < cells.size(); ++i) {
    counts[i] = cells[begin + i];
  }
  return counts;
}

}  // namespace

std::vector<Drift> DriftOf(const WindowSnapshot& window) {
  std::vector<Drift> drifts;
  if (window.drift_reference == nullptr) return drifts;
  const DriftReference& reference = *window.drift_reference;
  if (!reference.predictions.empty()) {
    drifts.push_back(OfPredictions(window.counts.of(Section::kPredicted),
                                   reference.predictions));
  }
  if (!reference.scores.empty()) {
    drifts.push_back(
        Compare("score", "",
                CellsOf(window.counts.of(Section::kDescribed), 0, kScoreParts),
                reference.scores, true));
  }
  for (const DriftReference::Variable& variable : reference.variables) {
    const BinCounts counts =
        CellsOf(window.counts.of(Section::kDescribed), FirstBin(variable.place),
                variable.counts.size());
    drifts.push_back(Compare(variable.name.empty() ? "prediction" : "feature",
                             variable.name, counts, variable.counts,
                             variable.bins.numeric));
  }
  return drifts;
}

}  // namespace plumbline
