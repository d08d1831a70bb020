// UnlabelledCounter: counts predictions before they have labels, for drift and
// for estimates of quality.

#pragma once

#include <cstdint>
#include <vector>

#include "core/event/event.h"
#include "core/join/batch_names.h"
#include "core/join/chain.h"
#include "core/join/plan.h"
#include "core/model/state.h"

namespace plumbline {

// [Writer]
class UnlabelledCounter {
 public:
  // `names` belongs to the current batch.
  UnlabelledCounter(State* state, BatchNames* names)
      : state_(state), names_(*names) {}

  void Begin(const EventBatch& batch) { batch_ = &batch; }

  // Counts a new prediction at `place_ms`. REQUIRES: its version exists.
  void Count(const Plan& plan, const PairDetails& details, int64_t place_ms) {
    if (!plan.version->drift.off()) Watch(plan, details, place_ms);
    if (plan.version->estimates.on()) CountScores(plan, details, place_ms);
  }

 private:
  void Watch(const Plan& plan, const PairDetails& details, int64_t place_ms);
  void CountScores(const Plan& plan, const PairDetails& details,
                   int64_t place_ms);
  void ReadFeatures(const Plan& plan);

  State* const state_;
  BatchNames& names_;
  const EventBatch* batch_ = nullptr;
  WatchedPrediction watched_;       // scratch
  std::vector<SectionCell> cells_;  // scratch
};

}  // namespace plumbline
