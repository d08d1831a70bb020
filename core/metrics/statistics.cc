#include <array>

#include "core/metrics/statistic.h"

namespace plumbline {

extern const Statistic kClassificationStatistic;
extern const Statistic kMultilabelStatistic;
extern const Statistic kScoreStatistic;
extern const Statistic kClassScoreStatistic;
extern const Statistic kThresholdStatistic;
extern const Statistic kRegressionStatistic;
extern const Statistic kTopConfusionStatistic;
extern const Statistic kEstimatedStatistic;
extern const Statistic kCoverageStatistic;

// In the order in which figures are shown.
std::span<const Statistic* const> Statistics() {
  static constexpr std::array kAll = {
      &kClassificationStatistic, &kMultilabelStatistic, &kScoreStatistic,
      &kClassScoreStatistic,     &kThresholdStatistic,  &kRegressionStatistic,
      &kTopConfusionStatistic,   &kEstimatedStatistic,  &kCoverageStatistic};
  return kAll;
}

std::vector<Counting::Count> CountsFor(const ModelTraits& traits) {
  std::vector<Counting::Count> counts;
  for (const Statistic* statistic : Statistics()) {
    if (statistic->applies != nullptr && statistic->applies(traits)) {
      counts.push_back(statistic->count);
    }
  }
  return counts;
}

int64_t SlotBytesFor(const ModelTraits& traits, int64_t last) {
  int64_t bytes = 0;
  for (const Statistic* statistic : Statistics()) {
    if (statistic->applies != nullptr && statistic->applies(traits)) {
      bytes += statistic->slot_bytes(traits, last);
    }
  }
  return bytes;
}

}  // namespace plumbline
