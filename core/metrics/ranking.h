// How well scores rank: figures over bins of scores, with the pairs of positive
// and of negative label in each.

#pragma once

#include <cstdint>
#include <vector>

#include "core/metrics/classification.h"
#include "core/window/sparse_cells.h"

namespace plumbline {

struct ScoreBin {
  double positives = 0;
  double negatives = 0;
  bool is_mixed = false;  // has several scores
};

// The bins of one class against the rest, by ascending score.
std::vector<ScoreBin> BinsOf(const SparseCounts& counts);

// roc_auc_score: the share of the pairs of a positive and a negative in which
// the positive has the higher score, a tie counting a half. In a bin all are
// taken for ties. nullopt if one of the two is missing.
Figure RocAuc(const std::vector<ScoreBin>& bins);

// average_precision_score: the sum over the positives, by descending score, of
// the precision at their score. In a bin of several scores precision is taken
// to run on evenly. nullopt without a positive.
Figure AveragePrecision(const std::vector<ScoreBin>& bins);

}  // namespace plumbline
