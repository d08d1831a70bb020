// Joiner: joins predictions and labels, batch by batch.
//
// The key of a pair is model and id. A prediction waits for its label up to the
// horizon. A label that comes first waits too. One label scores the prediction
// of every version. The same label again changes nothing. A newer label with
// another value is a correction: it moves the pair of every version to its new
// cell. Among labels with timestamps the latest wins, in whatever order they
// arrive. If two have the same timestamp, the greater value wins.
//
// The steps for each event are look-up, decision, execution and report. The
// decision changes nothing, so a rejected event and a duplicate leave no model,
// version or class behind. The Planner has one function for each rule. The Doer
// carries out the plan.

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
  Chain chain_{state_};  // of the current event
  Reservation reservation_{state_, &names_, &chain_};
  ReportWriter report_;
  Planner planner_{state_, &names_, &chain_};
  Doer doer_{state_, &names_, &chain_, &reservation_, &report_};
};

}  // namespace plumbline
