// Reservation: what the events of a batch may need of the bound on all that is
// remembered (core/join/eviction.h), and what is kept for those that are still
// to come.
//
// Under the policy to refuse a batch is taken only if there is room for all of
// it, so each event has its records reserved until it is its turn. Under the
// policy to evict nothing is reserved.

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
  // `names`: of the batch at hand. `chain`: of its event at hand.
  Reservation(State* state, BatchNames* names, Chain* chain)
      : state_(state), names_(*names), chain_(*chain) {}

  // Reserves for a batch. False, with nothing of it to be applied, if there is
  // no room for it.
  [[nodiscard]] bool Admit(const EventBatch& batch);
  // It is the turn of this event.
  void Release(size_t place) {
    if (reserved_ > 0) reserved_ -= fresh_[place];
  }
  int64_t reserved() const { return reserved_; }

  // True if `n` more records fit beside what is reserved.
  bool Fits(int64_t n) const { return plumbline::Fits(*state_, reserved_ + n); }
  // Forgets what is joined until `n` more fit. False if they still do not.
  bool MakeRoomOfJoined(int64_t n) {
    return plumbline::MakeRoom(state_, reserved_ + n, false);
  }

  // How many records the plan needs. What more it needs for the sets of labels
  // that are joined is done without if need be.
  int64_t RecordsNeeded(const Plan& plan) const;
  // Makes room for `needed` records, where there is none and enough may go.
  // True if something went: it may be what a plan rests on.
  bool MakeRoomFor(int64_t needed) {
    return needed > 0 && !Fits(needed) && ForgetFor(needed);
  }
  // False if the label would be remembered without its classes, or if others
  // have taken the room that there was for all parts of a request.
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
  int64_t reserved_ = 0;         // of those, for what is still to come
};

}  // namespace plumbline
