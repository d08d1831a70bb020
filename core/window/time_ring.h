// TimeRing: counts over the last `length` of time, in a ring of slots.
//
// Time is cut into epochs of one slot's length, aligned to multiples of it
// since the Unix epoch. The ring has one slot for each epoch of a window, and
// epoch e lives in slot e % size. At time t, in epoch c, the window is the
// epochs c-size+1 to c: with 60 slots, between 59/60 and all of its length.
//
// Nothing is cleared as time passes. A slot holds the number of its epoch, and
// a reader skips the slots whose epoch is outside the window. So the window of
// an idle model becomes empty without a write. The writer restarts a slot when
// it first counts in a newer epoch.
//
// Invariants
// (1) One thread writes, between Open() and Close() of the model's seqlock. Any
//     thread reads, through Collect().
// (2) The writer's time does not go back, except by SetBack(), and the seqlock
//     publishes it. A reader uses the later of its own time and the seqlock's,
//     so no slot has an epoch after the reader's. A clock that steps back stops
//     the window.
// (3) A slot of epoch e holds exactly the counts of e.
//
// The slots belong to the caller and must outlive the ring.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/sync/collect.h"
#include "core/sync/seqlock.h"
#include "core/window/slot.h"

namespace plumbline {

template <class A>
class TimeRing {
 public:
  TimeRing(Slot<A>* slots, size_t size, int64_t slot_ms)
      : slots_(slots), size_(size), slot_ms_(slot_ms) {}

  // The epoch of a time (in milliseconds; not before 1970).
  int64_t EpochOf(int64_t time_ms) const { return time_ms / slot_ms_; }

  // [Writer] The slot of now. Restarts it if it has an older epoch.
  Slot<A>& Current(uint64_t generation, int64_t now_ms) {
    const int64_t epoch = EpochOf(now_ms);
    Slot<A>& slot = SlotOf(epoch);
    slot.Touch(generation);
    if (slot.epoch() != epoch) slot.Restart(epoch);
    return slot;
  }

  // [Writer] The slot of `then_ms`, or null if that has left the window.
  // Restarts the slot if it has an older epoch. REQUIRES: then_ms <= now_ms.
  Slot<A>* At(uint64_t generation, int64_t then_ms, int64_t now_ms) {
    if (!Covers(then_ms, now_ms)) return nullptr;
    return &Current(generation, then_ms);
  }

  // [Writer] The slot that counted events of `then_ms`, or null if it has left
  // the window.
  Slot<A>* Past(uint64_t generation, int64_t then_ms, int64_t now_ms) {
    if (!Covers(then_ms, now_ms)) return nullptr;
    const int64_t epoch = EpochOf(then_ms);
    Slot<A>& slot = SlotOf(epoch);
    if (slot.epoch() != epoch) return nullptr;
    slot.Touch(generation);
    return &slot;
  }

  // [Writer] The last epoch that has left the window.
  int64_t LastLeft(int64_t now_ms) const {
    return EpochOf(now_ms) - static_cast<int64_t>(size_);
  }
  // [Writer] Calls visit(slot, end_ms) in order of time for each slot whose
  // epoch is in (after, last].
  template <class Visit>
  void VisitBetween(int64_t after, int64_t last, Visit visit) const {
    std::vector<const Slot<A>*> slots;
    for (size_t i = 0; i < size_; ++i) {
      const int64_t epoch = slots_[i].epoch();
      if (epoch > after && epoch <= last) slots.push_back(&slots_[i]);
    }
    std::sort(slots.begin(), slots.end(), [](const auto* a, const auto* b) {
      return a->epoch() < b->epoch();
    });
    for (const Slot<A>* slot : slots) {
      visit(*slot, (slot->epoch() + 1) * slot_ms_);
    }
  }

  // [Writer] Sets time back from `from_ms` to `to_ms`. The counts of the window
  // stay in it; those later than `to_ms` move into the slot of `to_ms`. Counts
  // that had left the window are cleared, so that they do not return. `matrix`,
  // `marginals`: numbers of cells of a slot.
  void SetBack(uint64_t generation, int64_t from_ms, int64_t to_ms,
               uint32_t matrix, uint32_t marginals) {
    const int64_t left = LastLeft(from_ms);
    const int64_t current = EpochOf(to_ms);
    std::vector<SlotCounts> ahead;
    for (size_t i = 0; i < size_; ++i) {
      const int64_t epoch = slots_[i].epoch();
      if (epoch > left && epoch <= current) continue;
      if (epoch > left) {
        SlotCounts& counts = ahead.emplace_back();
        counts.Reset(matrix, marginals);
        slots_[i].CopyTo(&counts);
      }
      slots_[i].Touch(generation);
      slots_[i].Restart(INT64_MIN);
    }
    for (const SlotCounts& counts : ahead) {
      Current(generation, to_ms).Absorb(counts);
    }
  }

  // [Any thread] Adds the window at the later of `now_ms` and the time of the
  // last change to `sum`, as many cells as its sizes ask for. `exactly`: reads
  // the window as it stood at `now_ms`. REQUIRES for that: no later change was
  // counted in a slot that the window had then.
  void Read(const Seqlock<A>& seqlock, int64_t now_ms, SlotCounts* sum,
            bool exactly = false) const {
    std::vector<SlotCounts> copies(size_);
    for (SlotCounts& copy : copies) {
      copy.Reset(static_cast<uint32_t>(sum->matrix.size()),
                 static_cast<uint32_t>(sum->marginals.size()));
    }
    const auto view = Collect<A>(
        seqlock, size_, [this](size_t i) { return slots_[i].Stamp(); },
        [this, &copies](size_t i) { slots_[i].CopyTo(&copies[i]); });
    const int64_t current =
        EpochOf(exactly ? now_ms : std::max(now_ms, view.now_ms));
    for (const SlotCounts& copy : copies) {
      if (exactly && copy.epoch > current) continue;
      if (copy.epoch > current - static_cast<int64_t>(size_)) sum->Add(copy);
    }
  }

 private:
  bool Covers(int64_t then_ms, int64_t now_ms) const {
    return EpochOf(then_ms) + static_cast<int64_t>(size_) > EpochOf(now_ms);
  }
  Slot<A>& SlotOf(int64_t epoch) {
    return slots_[static_cast<size_t>(epoch) % size_];
  }

  Slot<A>* const slots_;
  const size_t size_;
  const int64_t slot_ms_;
};

}  // namespace plumbline
