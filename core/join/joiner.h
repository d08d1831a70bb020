// Joiner: joins predictions and labels, batch by batch.
//
// Key: model and id. A prediction waits for its label up to the horizon; a
// label that comes first waits too. One label scores the prediction of every
// version. The same label again changes nothing; another one that is newer is
// a correction, and moves the pair of every version to its new cell. Of labels
// with timestamps the latest stands, in whatever order they come, and of two of
// one time the greater value.
//
// Each event is looked up, decided, done and reported, in this order. It is
// decided before anything is changed: so a rejected event, and a duplicate,
// leave no model, version or class behind. The rules are the Planner's, one
// function each; the Doer carries them out.

#pragma once

#include <cstddef>

#include "core/event/event.h"
#include "core/join/batch_keys.h"
#include "core/join/batch_names.h"
#include "core/join/batch_outcome.h"
#include "core/join/chain.h"
#include "core/join/doer.h"
#include "core/join/plan.h"
#include "core/join/planner.h"
#include "core/join/report_writer.h"
#include "core/join/reservation.h"
#include "core/model/state.h"

namespace plumbline {

// [Writer]
class Joiner {
 public:
  explicit Joiner(State* state) : state_(state) {}
  Joiner(const Joiner&) = delete;
  Joiner& operator=(const Joiner&) = delete;

  // Applies a batch at state->now_ms().
  void Apply(const EventBatch& batch, BatchOutcome* outcome);

 private:
  void ApplyEvent(size_t place);
  PlanResult Decide(size_t place);
  PlanResult PlanEvent(size_t place);
  Subject LookUp(size_t place);
  void ReadChain(size_t place, Subject* subject);
  bool DecideTask(const Plan& plan);
  bool SampleIfDue(const Plan& plan);
  BatchOutcome::Error ErrorOf(size_t place, const Rejection& rejection);

  State* const state_;
  const EventBatch* batch_ = nullptr;
  BatchNames names_{state_};
  BatchKeys keys_{&state_->table()};
  Chain chain_{state_};  // of the event at hand
  Reservation reservation_{state_, &names_, &chain_};
  ReportWriter report_;
  Planner planner_{state_, &names_, &chain_};
  Doer doer_{state_, &names_, &chain_, &reservation_, &report_};
};

}  // namespace plumbline
