// Time goes back: what pairs have of it.
//
// Time never runs back while a daemon runs. Where a clock was ahead, all that
// was received then is stamped with times to come, and stands still until they
// have come. State::SetBack() and this bring such a state back to now. Totals,
// and what is remembered, stay as they are.
//
// A place in a window or in the history that was ahead is now, where all time
// windows still counted it. Another one is long ago: windows have let it go,
// and must not count its changes. (By windows that go by the time of the
// prediction no pair of before is seen any more: State::SetBack() sees to
// that.)

#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "core/model/state.h"
#include "core/pairs/record.h"

namespace plumbline {

class PairsSetBack {
 public:
  // Before State::SetBack().
  PairsSetBack(State* state, int64_t now_ms);

  // Changes the pairs that are in memory.
  void ChangeThoseInMemory();
  // A chain as it is in the store: brings it into memory if it is to be
  // changed, and is not there yet. After those in memory. False if it is
  // damaged.
  [[nodiscard]] bool ChangeStored(std::span<const Record> chain);

  // Pairs that have changed.
  uint64_t changed() const { return changed_; }

 private:
  // Of a model whose windows go by the time at which a pair is complete.
  struct Bounds {
    int64_t kept_from_ms = 0;  // all its time windows count what is after this
    int64_t current_ms = 0;    // begin of the longest slot of now
  };

  Bounds BoundsOf(const Model& model) const;
  int64_t PlaceOf(const Model& model, int64_t place_ms, int64_t gone_ms) const;
  bool Change(Record* record) const;
  void ChangeChain(const PairKey& key);

  State* const state_;
  const int64_t now_ms_;
  std::map<const Model*, Bounds> bounds_;
  uint64_t changed_ = 0;
};

}  // namespace plumbline
