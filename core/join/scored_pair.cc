#include "core/join/scored_pair.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "core/pairs/class_set.h"

namespace plumbline {

Observation ScoredPair::AsObservation() const {
  if (model->task == Task::kRegression) {
    return Observation::OfValues(std::bit_cast<double>(label.bits),
                                 std::bit_cast<double>(record.prediction()));
  }
  if (model->task == Task::kMultilabel) {
    return Observation::OfSets(
        model->sets.Add(MembershipsOf(details.set, *label.set)));
  }
  const auto actual = static_cast<uint32_t>(label.bits);
  const auto predicted = static_cast<uint32_t>(record.prediction());
  if (!details.scores.empty()) {
    return Observation::OfScores(actual, predicted, record.age,
                                 model->scores.Add(details.scores));
  }
  return Observation::OfClasses(actual, predicted, record.age, record.score());
}

double ScoredPair::Error() const {
  // Larger errors would turn sums into infinity.
  constexpr double kMost = 1e100;
  switch (model->task) {
    case Task::kRegression:
      return std::min(kMost,
                      std::fabs(std::bit_cast<double>(label.bits) -
                                std::bit_cast<double>(record.prediction())));
    case Task::kMultilabel:
      return details.set == *label.set ? 0 : 1;
    default:
      return label.bits == record.prediction() ? 0 : 1;
  }
}

}  // namespace plumbline
