// PastLabels: the values that the label of an id has had before the one that
// stands. They are recognised, so that a resend does not undo a correction.

#pragma once

#include <cstdint>

#include "core/join/chain.h"
#include "core/join/reservation.h"
#include "core/model/state.h"

namespace plumbline {

// [Writer]
class PastLabels {
 public:
  // `chain`: of the event at hand.
  PastLabels(State* state, Chain* chain, Reservation* reservation)
      : state_(state), chain_(*chain), reservation_(*reservation) {}

  // Remembers a value that is replaced, or was before, for as long as the
  // record of this chain that lives longest. Where there is no room it may take
  // the place of what is joined.
  void Keep(Model* model, const PairKey& key, uint64_t bits);
  // The same of a value that changes nothing: it takes no other's place.
  void KeepIfRoom(Model* model, const PairKey& key, uint64_t bits) {
    if (reservation_.Fits(1)) Keep(model, key, bits);
  }
  // They live as long as a pair that joins them later.
  void Rehome(Model* model, const Record& pair);

 private:
  // By whom it is counted, and for how long it lives.
  struct Home {
    uint32_t owner = 0;
    uint32_t age = 0;
    int64_t until_ms = -1;  // negative: the chain has nothing that lives
  };

  Home LongestLiving(const Model& model) const;
  void Count(Model* model, const Home& home, Record* past);

  State* const state_;
  Chain& chain_;
  Reservation& reservation_;
};

}  // namespace plumbline
