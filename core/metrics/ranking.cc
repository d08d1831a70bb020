#include "core/metrics/ranking.h"

#include <cmath>

#include "core/window/score_bins.h"

namespace plumbline {
namespace {

// The sum of the precision over the positives of a bin, if they lie evenly
// among its negatives: the integral over the share t of the bin of
// p (TP + t p) / (TP + FP + t (p + n)).
double PrecisionWithin(const ScoreBin& bin, double true_positives,
                       double predicted) {
  const double p = bin.positives;
  const double size = p + bin.negatives;
  if (predicted == 0) return p * p / size;
  const double growth = std::log1p(size / predicted);
  return p *
         (p / size + (true_positives - p * predicted / size) * growth / size);
}

}  // namespace

std::vector<ScoreBin> BinsOf(const SparseCounts& counts) {
  std::vector<ScoreBin> bins;
  for (const auto& [key, count] : counts.Merged<ScoreBins>().entries) {
    bins.push_back({static_cast<double>(ScoreBins::Positives(count)),
                    static_cast<double>(ScoreBins::Negatives(count)),
                    ScoreBins::IsMixed(count)});
  }
  return bins;
}

Figure RocAuc(const std::vector<ScoreBin>& bins) {
  double positives = 0;
  double below = 0;  // negatives in lower bins
  double won = 0;
  for (const ScoreBin& bin : bins) {
    won += bin.positives * (below + bin.negatives / 2);
    positives += bin.positives;
    below += bin.negatives;
  }
  if (positives == 0 || below == 0) return std::nullopt;
  return won / positives / below;
}

Figure AveragePrecision(const std::vector<ScoreBin>& bins) {
  double true_positives = 0;
  double predicted = 0;
  double sum = 0;
  for (auto bin = bins.rbegin(); bin != bins.rend(); ++bin) {
    const double size = bin->positives + bin->negatives;
    if (bin->positives > 0 && bin->is_mixed) {
      sum += PrecisionWithin(*bin, true_positives, predicted);
    } else if (bin->positives > 0) {
      sum += bin->positives * (true_positives + bin->positives) /
             (predicted + size);
    }
    true_positives += bin->positives;
    predicted += size;
  }
  if (true_positives == 0) return std::nullopt;
  return sum / true_positives;
}

}  // namespace plumbline
