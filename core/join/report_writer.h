// ReportWriter: what the events of a batch did, for who posted them and for who
// logs them.

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
  // What follows is of a batch of `count` events that is applied now.
  void Begin(size_t count, int64_t now_ms, BatchOutcome* outcome);
  // What follows is of this event.
  void BeginEvent(size_t place) { place_ = static_cast<uint32_t>(place); }

  void NoteRejected(const BatchOutcome::Error& error) {
    outcome_->errors.push_back(error);
  }
  // The event is taken, and its plan is complete.
  void NoteTaken(const Plan& plan) {
    if (plan.IsDuplicate()) {
      ++outcome_->duplicates;
    } else {
      ++outcome_->accepted;
    }
    if (plan.warnings != 0) NoteWarnings(plan);
    if (IsLogged()) LogTaken(plan);
  }
  // `delay`: seconds, of a label that came by itself.
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
    return outcome_->account != nullptr && outcome_->account->Wants(place_);
  }
  void NoteWarnings(const Plan& plan);
  void LogTaken(const Plan& plan);
  void LogPair(const ScoredPair& pair, std::optional<double> delay,
               bool correction);

  BatchOutcome* outcome_ = nullptr;
  uint32_t place_ = 0;  // of the event at hand
};

}  // namespace plumbline
