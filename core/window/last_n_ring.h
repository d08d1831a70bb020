// LastNRing: counts over the last N completed pairs of a version.
//
// The ring keeps one packed observation per pair, so that each new one can
// take the oldest out of the counts; it belongs to the writer alone. Readers
// see one slot: the running counts of what is in the ring.
//
// A pair has the number it was completed as, from 0, and lives at that number
// modulo N. A correction finds it there while it is among the last N.
//
// Invariants
// (1) One thread writes. The slot is changed between Open() and Close() of the
//     model's gate; any thread reads it, through Collect().
// (2) The slot's counts are those of the observations in the ring.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/window/collect.h"
#include "core/window/gate.h"
#include "core/window/slot.h"

namespace plumbline {

class Checkpoint;

// What the ring remembers of a pair.
struct Observation {
  static constexpr uint32_t kUnseen = ~uint32_t{0};  // not counted here
  uint32_t actual = kUnseen;
  uint32_t predicted = kUnseen;
};

template <class A>
class LastNRing {
 public:
  LastNRing(Slot<A>* slot, size_t n) : slot_(slot), n_(n) {}

  // [Writer] Puts the pair with the next number, and returns the one that it
  // pushed out (unseen, while the ring is filling).
  Observation Push(uint64_t number, Observation observation) {
    const size_t place = number % n_;
    // Grows with what it holds: a million places cost nothing until used.
    if (place >= ring_.size()) ring_.resize(place + 1);
    const Observation out = ring_[place];
    ring_[place] = observation;
    return out;
  }

  // [Writer] Replaces the pair `number`, `next` being the number that the next
  // one will have. False if it is no longer, or was never, counted here.
  bool Correct(uint64_t number, uint64_t next, Observation observation) {
    if (number + n_ < next) return false;
    const size_t place = number % n_;
    if (place >= ring_.size()) return false;
    if (ring_[place].actual == Observation::kUnseen) return false;
    ring_[place] = observation;
    return true;
  }

  // [Writer]
  Slot<A>& slot(uint64_t generation) {
    slot_->Touch(generation);
    return *slot_;
  }

  // [Any thread] The counts, into `sum` (whose sizes say how much to read).
  void Read(const Gate<A>& gate, SlotCounts* sum) const {
    SlotCounts copy;
    copy.Reset(static_cast<uint32_t>(sum->matrix.size()),
               static_cast<uint32_t>(sum->marginals.size()));
    Collect<A>(
        gate, 1, [this](size_t) { return slot_->Stamp(); },
        [this, &copy](size_t) { slot_->CopyTo(&copy); });
    sum->Add(copy);
  }

 private:
  friend class Checkpoint;

  Slot<A>* const slot_;
  const size_t n_;
  std::vector<Observation> ring_;
};

}  // namespace plumbline
