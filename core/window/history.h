// History: what was completed in each minute, on its own, for charts and for
// later analysis. Not a window: nothing slides.
//
// A step holds changes: observations completed in it, and corrections of them
// that came later. With a store they are taken out with each checkpoint, and
// added there to what is kept of the step. Without one they stay here; minutes
// older than a day become hours.
//
// The writer's alone.

#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/window/tally.h"

namespace plumbline {

// Sums of changes; a cell can be below zero until what it changes is added.
struct StepCounts {
  // What a cell is of. NOTE: stores hold these numbers.
  enum Kind : uint32_t { kMatrix, kMarginals, kErrorSums, kFirstSection };

  int64_t observations = 0;
  std::map<uint32_t, int64_t> cells;  // by KeyOf()

  static uint32_t KeyOf(uint32_t kind, uint32_t cell) {
    return kind << kKindShift | cell;
  }
  // True of the key of a cell that a step may have.
  static bool IsKey(uint32_t key) {
    return KindOf(key) < kFirstSection + kSections && CellIn(key) < kMostCells;
  }
  static uint32_t KindOf(uint32_t key) { return key >> kKindShift; }
  static uint32_t CellIn(uint32_t key) {
    return key & ((uint32_t{1} << kKindShift) - 1);
  }

  // Not bins, nor thresholds: a step has no figures that need them.
  void Add(const Tally& tally);
  void Add(const StepCounts& other);
  // Into counts of all 0; of the cells that there are in the matrix and the
  // marginals.
  void CopyTo(SlotCounts* counts) const;
  int64_t Bytes() const;  // about

 private:
  static constexpr int kKindShift = 28;
  // Beyond a matrix of 256 classes, and three marginals of 65,535.
  static constexpr uint32_t kMostCells = 1 << 18;

  void AddCell(uint32_t key, int64_t n);
};

using Steps = std::map<int64_t, StepCounts>;  // by begin, in ms

// Drops the steps that do not begin in [from, to).
void KeepBetween(int64_t from_ms, int64_t to_ms, Steps* steps);

class History {
 public:
  static constexpr int64_t kMinuteMs = 60'000;
  static constexpr int64_t kHourMs = 60 * kMinuteMs;
  static constexpr int64_t kOldestMs = 400 * 24 * kHourMs;  // that is kept
  // Steps that begin before this are hours; REQUIRES: now_ms is not negative.
  static int64_t HoursBefore(int64_t now_ms) {
    return (now_ms - 24 * kHourMs) / kHourMs * kHourMs;
  }

  // There is no store.
  void KeepHere() { kept_here_ = true; }
  bool kept_here() const { return kept_here_; }

  // What was completed at `ms`, which may be long before `now_ms`.
  void Add(int64_t ms, int64_t now_ms, const Tally& tally);
  // A change to what was completed at `ms`, which may not be kept any more.
  void Correct(int64_t ms, int64_t now_ms, const Tally& change);

  // Makes hours of old minutes, and forgets what began before `oldest_ms`.
  void RollUp(int64_t now_ms, int64_t oldest_ms);
  // What is ahead of now counts in the minute of now.
  void SetBack(int64_t now_ms);
  // False if there was none.
  bool ForgetOldest();

  // REQUIRES: it is empty.
  void Put(Steps steps);
  const Steps& steps() const { return steps_; }
  Steps Take() {
    bytes_ = 0;
    return std::exchange(steps_, {});
  }
  int64_t bytes() const { return bytes_; }  // about

 private:
  void Erase(Steps::iterator step) {
    bytes_ -= step->second.Bytes();
    steps_.erase(step);
  }
  // Adds to a step, which may be new.
  template <class Counts>
  void AddTo(StepCounts* step, const Counts& counts) {
    bytes_ -=
        step->cells.empty() && step->observations == 0 ? 0 : step->Bytes();
    step->Add(counts);
    bytes_ += step->Bytes();
  }

  bool kept_here_ = false;
  int64_t bytes_ = 0;
  Steps steps_;
};

}  // namespace plumbline
