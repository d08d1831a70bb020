// LastNRing: counts over the last N completed pairs of a series.
//
// The ring keeps one packed observation per pair, so that a new pair can
// subtract the oldest from the counts. It belongs to the writer only. Readers
// see one slot: the running counts of the pairs in the ring.
//
// A pair has a number: its index among the completed pairs of its version, from
// 0. If the ring counts all of these pairs, a pair lives at its number modulo
// N. A ring that counts only some of them (those of a slice) keeps their
// numbers, which ascend. A correction finds a pair by its number while it is
// among the last N.
//
// Invariants
// (1) One thread writes. The slot is changed between Open() and Close() of the
//     model's seqlock; any thread reads it, through Collect().
// (2) The slot's counts are those of the observations in the ring.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/sync/collect.h"
#include "core/sync/seqlock.h"
#include "core/window/observation.h"
#include "core/window/slot.h"

namespace plumbline {

template <class A>
class LastNRing {
 public:
  // `sees_all`: the ring counts all pairs of its version.
  LastNRing(Slot<A>* slot, size_t n, bool sees_all)
      : slot_(slot), n_(n), sees_all_(sees_all) {}

  // Bytes of a pair in the ring, `lists` bytes of its lists included
  // (ListPool::Bytes).
  static int64_t PairBytes(bool sees_all, int64_t lists) {
    return static_cast<int64_t>(sizeof(Observation)) + lists +
           (sees_all ? 0 : static_cast<int64_t>(sizeof(uint64_t)));
  }

  // [Writer] Adds a pair and returns the pair that it replaced (one with
  // is_counted() false while the ring is filling). REQUIRES: `number` is
  // greater than any before.
  Observation Push(uint64_t number, Observation observation) {
    const size_t place = (sees_all_ ? number : pushed_++) % n_;
    // Grows on demand: a large N costs nothing until it is used.
    if (place >= ring_.size()) ring_.resize(place + 1);
    if (!sees_all_) {
      if (place >= numbers_.size()) numbers_.resize(place + 1);
      numbers_[place] = number;
    }
    const Observation out = ring_[place];
    ring_[place] = observation;
    return out;
  }

  // [Writer] The pair `number`, or null if it is not, or no longer, counted
  // here. `next`: the number of the next pair of the version.
  Observation* Find(uint64_t number, uint64_t next) {
    const size_t place = sees_all_ ? PlaceOf(number, next) : Search(number);
    if (place >= ring_.size() || !ring_[place].is_counted()) return nullptr;
    return &ring_[place];
  }

  // [Writer] Calls `visit(observation)` for each counted pair.
  template <class Visit>
  void ForEach(Visit visit) {
    for (Observation& o : ring_) {
      if (o.is_counted()) visit(o);
    }
  }

  size_t n() const { return n_; }

  // [Writer]
  Slot<A>& slot(uint64_t generation) {
    slot_->Touch(generation);
    return *slot_;
  }

  // [Any thread] Adds the counts to `sum`, as many as its sizes ask for.
  void Read(const Seqlock<A>& seqlock, SlotCounts* sum) const {
    SlotCounts copy;
    copy.Reset(static_cast<uint32_t>(sum->matrix.size()),
               static_cast<uint32_t>(sum->marginals.size()));
    Collect<A>(
        seqlock, 1, [this](size_t) { return slot_->Stamp(); },
        [this, &copy](size_t) { slot_->CopyTo(&copy); });
    sum->Add(copy);
  }

  // See core/codec/archive.h. The fields belong to the part of the window.
  template <class Archive>
  void Fields(Archive& archive) {
    archive.Field(8, ring_);
    archive.Field(9, pushed_);
    archive.Field(10, numbers_);
    if constexpr (Archive::kLoads) {
      const size_t numbers = sees_all_ ? 0 : ring_.size();
      if (ring_.size() > n_ || numbers_.size() != numbers) archive.Fail();
    }
  }

 private:
  static constexpr size_t kNowhere = SIZE_MAX;

  size_t PlaceOf(uint64_t number, uint64_t next) const {
    return number + n_ < next ? kNowhere : number % n_;
  }

  // The numbers ascend from the oldest, which is at the index of the next push.
  size_t Search(uint64_t number) const {
    const size_t size = numbers_.size();
    const size_t oldest = size < n_ ? 0 : pushed_ % n_;
    size_t begin = 0;
    for (size_t end = size; begin < end;) {
      const size_t middle = begin + (end - begin) / 2;
      if (numbers_[(oldest + middle) % size] < number) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    if (begin == size) return kNowhere;
    const size_t place = (oldest + begin) % size;
    return numbers_[place] == number ? place : kNowhere;
  }

  Slot<A>* const slot_;
  const size_t n_;
  const bool sees_all_;
  uint64_t pushed_ = 0;  // used if not sees_all_
  std::vector<Observation> ring_;
  std::vector<uint64_t> numbers_;  // by index in ring_; used if not sees_all_
};

}  // namespace plumbline
