// PastLabels: former values of the label of an id. They are recognised, so that
// a resend does not undo a correction.

#pragma once

#include <cstdint>

#include "core/join/chain.h"
#include "core/join/reservation.h"
#include "core/model/state.h"

namespace plumbline {

// [Writer]
class PastLabels {
 public:
  // `chain` belongs to the current event.
  PastLabels(State* state, Chain* chain, Reservation* reservation)
      : state_(state), chain_(*chain), reservation_(*reservation) {}

  // Remembers a former value for as long as the longest-living record of this
  // chain. May evict joined records to make room.
  void Keep(Model* model, const PairKey& key, uint64_t bits);
  // The same for a value that changes nothing. Evicts nothing.
  void KeepIfRoom(Model* model, const PairKey& key, uint64_t bits) {
    if (reservation_.Fits(1)) Keep(model, key, bits);
  }
  // Extends the life of past labels to that of a pair that joins later.
  void Rehome(Model* model, const Record& pair);

 private:
  // The owner that counts a past label, and its lifetime.
  struct Home {
    uint32_t owner = 0;
    uint32_t age = 0;
    int64_t until_ms = -1;  // negative: the chain has no live record
  };

  Home LongestLiving(const Model& model) const;
  void Count(Model* model, const Home& home, Record* past);

  State* const state_;
  Chain& chain_;
  Reservation& reservation_;
};

}  // namespace plumbline
