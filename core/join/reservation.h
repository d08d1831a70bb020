// Reservation: room for the records that a batch may need, under the limit on
// remembered records (core/join/eviction.h).
//
// Under the policy to refuse, a batch is taken only if all of it fits. The
// records of each event stay reserved until its turn. Under the policy to
// evict, nothing is reserved.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/event/event.h"
#include "core/join/batch_names.h"
#include "core/join/chain.h"
#include "core/join/eviction.h"
#include "core/join/plan.h"
#include "core/model/state.h"

namespace plumbline {

// [Writer]
class Reservation {
 public:
  // `names` belongs to the current batch, `chain` to its current event.
  Reservation(State* state, BatchNames* names, Chain* chain)
      : state_(state), names_(*names), chain_(*chain) {}

  // Reserves records for a batch. False if there is no room for it: then none
  // of it may be applied.
  [[nodiscard]] bool Admit(const EventBatch& batch);
  // Releases the records of the event whose turn it is.
  void Release(size_t place) {
    if (reserved_ > 0) reserved_ -= fresh_[place];
  }
  int64_t reserved() const { return reserved_; }

  // True if `n` more records fit beside what is reserved.
  bool Fits(int64_t n) const { return plumbline::Fits(*state_, reserved_ + n); }
  // Evicts joined records until `n` more fit. False if they still do not.
  bool MakeRoomOfJoined(int64_t n) {
    return plumbline::MakeRoom(state_, reserved_ + n, false);
  }

  // The number of records that the plan needs. It includes copies of label sets
  // for joined pairs, which the join leaves out if there is no room.
  int64_t RecordsNeeded(const Plan& plan) const;
  // Makes room for `needed` records if they do not fit and eviction can help.
  // True if records were evicted: the plan may rest on them.
  bool MakeRoomFor(int64_t needed) {
    return needed > 0 && !Fits(needed) && ForgetFor(needed);
  }
  // False if the label would be remembered without its classes, or if other
  // requests have taken the room admitted for all parts of this one.
  bool HasRoomFor(const Plan& plan, int64_t needed) const {
    if (plan.task == Task::kMultilabel && !KeepsSet(plan)) return false;
    return !batch_->is_rest || !LacksRoom(plan, needed);
  }

 private:
  void ReserveAll();
  int64_t CountFresh();
  bool IsKnown(const Event& event);
  bool ForgetFor(int64_t needed);
  bool MayFit(int64_t needed) const;
  bool KeepsSet(const Plan& plan) const;
  bool LacksRoom(const Plan& plan, int64_t needed) const;
  bool WouldWait(const Plan& plan) const;

  State* const state_;
  BatchNames& names_;
  Chain& chain_;
  const EventBatch* batch_ = nullptr;
  std::vector<uint32_t> fresh_;  // by event: records that it may need
  int64_t reserved_ = 0;         // for events, and parts, still to come
};

}  // namespace plumbline
