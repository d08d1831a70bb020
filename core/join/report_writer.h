// ReportWriter: reports what the events of a batch did, for the answer and for
// the event log.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/join/batch_outcome.h"
#include "core/join/plan.h"
#include "core/join/scored_pair.h"

namespace plumbline {

// [Writer]
class ReportWriter {
 public:
  // Starts a batch of `count` events that is applied now.
  void Begin(size_t count, int64_t now_ms, BatchOutcome* outcome);
  // Starts an event.
  void BeginEvent(size_t place) { place_ = static_cast<uint32_t>(place); }

  void NoteRejected(const BatchOutcome::Error& error) {
    outcome_->errors.push_back(error);
  }
  // REQUIRES: the event is taken, and its plan is complete.
  void NoteTaken(const Plan& plan) {
    if (plan.IsDuplicate()) {
      ++outcome_->duplicates;
    } else {
      ++outcome_->accepted;
    }
    if (plan.warnings != 0) NoteWarnings(plan);
    if (IsLogged()) LogTaken(plan);
  }
  // `delay`: in seconds; none if the label came with the prediction.
  void NotePair(const ScoredPair& pair, std::optional<double> delay) {
    if (IsLogged()) LogPair(pair, delay, false);
  }
  void NoteCorrection(const ScoredPair& pair) {
    if (IsLogged()) LogPair(pair, {}, true);
  }
  void NoteChange(const ScoredPair& pair, DetectorKind kind,
                  const Change& change);

 private:
  bool IsLogged() const {
    return outcome_->report != nullptr && outcome_->report->Wants(place_);
  }
  void NoteWarnings(const Plan& plan);
  void LogTaken(const Plan& plan);
  void LogPair(const ScoredPair& pair, std::optional<double> delay,
               bool correction);

  BatchOutcome* outcome_ = nullptr;
  uint32_t place_ = 0;  // of the current event
};

}  // namespace plumbline
