// Ranking figures of scores, over score bins with the pairs of positive and of
// negative label in each.

#pragma once

#include <cstdint>
#include <vector>

#include "core/metrics/classification.h"
#include "core/window/sparse_cells.h"

namespace plumbline {

struct ScoreBin {
  double positives = 0;
  double negatives = 0;
  bool is_mixed = false;  // has several distinct scores
};

// The bins of one class against the rest, by ascending score.
std::vector<ScoreBin> BinsOf(const SparseCounts& counts);

// roc_auc_score: of all combinations of a positive and a negative, the share in
// which the positive has the higher score. A tie counts half, and all scores of
// a bin are ties. nullopt if there are no positives or no negatives.
Figure RocAuc(const std::vector<ScoreBin>& bins);

// average_precision_score: the sum over the positives, by descending score, of
// the precision at their score. In a bin of several scores, positives are
// assumed to lie evenly among negatives. nullopt without a positive.
Figure AveragePrecision(const std::vector<ScoreBin>& bins);

}  // namespace plumbline
