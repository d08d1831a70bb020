// History: counts of the pairs completed in each minute, for charts and later
// analysis. It is not a window: nothing slides.
//
// A step holds changes: observations completed in it, and later corrections of
// them. With a store, each checkpoint takes the changes out and adds them to
// the stored steps. Without one they stay here, and minutes older than a day
// are merged into hours.
//
// For the writer only.

#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "core/window/window_delta.h"

namespace plumbline {

// Sums of changes. A cell can be negative until the stored counts are added.
struct StepCounts {
  // The group that a cell belongs to. NOTE: stores hold these numbers.
  enum Kind : uint32_t { kMatrix, kMarginals, kErrorSums, kFirstSection };

  int64_t observations = 0;
  std::map<uint32_t, int64_t> cells;  // by KeyOf()

  static uint32_t KeyOf(uint32_t kind, uint32_t cell) {
    return kind << kKindShift | cell;
  }
  // True if `key` is one that a step may have.
  static bool IsKey(uint32_t key) {
    return KindOf(key) < kFirstSection + kSections && CellIn(key) < kMostCells;
  }
  static uint32_t KindOf(uint32_t key) { return key >> kKindShift; }
  static uint32_t CellIn(uint32_t key) {
    return key & ((uint32_t{1} << kKindShift) - 1);
  }

  // Leaves out bins and thresholds: no figure of a step needs them.
  void Add(const WindowDelta& window_delta);
  void Add(const StepCounts& other);
  // Copies into counts that are all 0; leaves out cells beyond the sizes of the
  // matrix and the marginals.
  void CopyTo(SlotCounts* counts) const;
  int64_t Bytes() const;  // approximate

 private:
  static constexpr int kKindShift = 28;
  // More than a matrix of 256 classes or three marginals of 65,535 classes
  // need.
  static constexpr uint32_t kMostCells = 1 << 18;

  void AddCell(uint32_t key, int64_t n);
};

using Steps = std::map<int64_t, StepCounts>;  // by begin, in ms

// Drops the steps that do not begin in [from_ms, to_ms).
void KeepBetween(int64_t from_ms, int64_t to_ms, Steps* steps);

class History {
 public:
  static constexpr int64_t kMinuteMs = 60'000;
  static constexpr int64_t kHourMs = 60 * kMinuteMs;
  static constexpr int64_t kOldestMs = 400 * 24 * kHourMs;  // of a kept step
  // Steps that begin before this time are hours. REQUIRES: now_ms >= 0.
  static int64_t HoursBefore(int64_t now_ms) {
    return (now_ms - 24 * kHourMs) / kHourMs * kHourMs;
  }

  // Called if there is no store.
  void KeepHere() { kept_here_ = true; }
  bool kept_here() const { return kept_here_; }

  // Adds observations completed at `ms`, which may be long before `now_ms`.
  void Add(int64_t ms, int64_t now_ms, const WindowDelta& window_delta);
  // Corrects observations completed at `ms`, whose step may already be dropped.
  void Correct(int64_t ms, int64_t now_ms, const WindowDelta& change);

  // Merges old minutes into hours and drops steps that begin before
  // `oldest_ms`.
  void RollUp(int64_t now_ms, int64_t oldest_ms);
  // Moves counts that are later than now into the minute of now.
  void SetBack(int64_t now_ms);
  // Drops the oldest step. False if there was none.
  bool ForgetOldest();

  // REQUIRES: the history is empty.
  void Put(Steps steps);
  const Steps& steps() const { return steps_; }
  Steps Take() {
    bytes_ = 0;
    return std::exchange(steps_, {});
  }
  int64_t bytes() const { return bytes_; }  // approximate

 private:
  void Erase(Steps::iterator step) {
    bytes_ -= step->second.Bytes();
    steps_.erase(step);
  }
  // Adds to a step, which may be new, and updates bytes_.
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
