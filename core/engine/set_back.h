// PairsSetBack: moves the times of pairs back to now.
//
// Time never runs back while a daemon runs. If a clock was ahead, records
// received then carry future timestamps, and time stands still until the clock
// reaches them. State::SetBack() and this class bring such a state back to now.
// Totals and remembered records do not change.
//
// A pair has a position in windows and in the history. A position later than
// now becomes now if all time windows still count the pair. Otherwise some
// window has dropped the pair and must not count its changes, so the position
// becomes long ago. State::SetBack() hides all older pairs from windows by the
// time of prediction.

#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "core/model/state.h"
#include "core/pairs/record.h"

namespace plumbline {

class PairsSetBack {
 public:
  // Construct before State::SetBack().
  PairsSetBack(State* state, int64_t now_ms);

  // Changes the pairs in memory.
  void ChangeThoseInMemory();
  // Changes a stored chain: loads it into memory if it must change and is not
  // there. Call after ChangeThoseInMemory(). False if the chain is damaged.
  [[nodiscard]] bool ChangeStored(std::span<const Record> chain);

  // Number of changed pairs.
  uint64_t changed() const { return changed_; }

 private:
  // Of a model with windows by the time at which a pair completes.
  struct Bounds {
    int64_t kept_from_ms = 0;  // all its time windows count what follows
    int64_t current_ms = 0;    // begin of the longest current slot
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
