// Tally: what one group adds to a window, summed before it is published.
//
// The events of a group share one time and so one slot. Counting them in
// private first turns a thousand changes of a slot into a handful.

#pragma once

#include <cstdint>
#include <vector>

#include "core/window/last_n_ring.h"
#include "core/window/slot.h"

namespace plumbline {

// How a model's observations are counted; see core/window/slot.h.
enum class CountForm : uint8_t {
  kMatrix,
  kMarginals,
  kTotalOnly,  // a regression: values have no cells
};

// Sums of changes by cell number, and which cells have one.
class CellChanges {
 public:
  void Add(uint32_t cell, int64_t delta) {
    if (cell >= delta_.size()) Grow(cell);
    if (!listed_[cell]) {
      listed_[cell] = 1;
      changed_.push_back(cell);
    }
    delta_[cell] += delta;
  }
  // Calls `apply(cell, delta)` for each change.
  template <class Apply>
  void ForEach(Apply apply) const {
    for (const uint32_t cell : changed_) {
      if (delta_[cell] != 0) apply(cell, delta_[cell]);
    }
  }
  void Clear() {
    for (const uint32_t cell : changed_) delta_[cell] = listed_[cell] = 0;
    changed_.clear();
  }

 private:
  void Grow(uint32_t cell) {
    delta_.resize(cell + cell / 2 + 4);
    listed_.resize(delta_.size());
  }

  std::vector<int64_t> delta_;
  std::vector<uint8_t> listed_;  // in changed_
  std::vector<uint32_t> changed_;
};

class Tally {
 public:
  void Clear() {
    observations_ = 0;
    matrix_.Clear();
    marginals_.Clear();
  }

  // Adds the observation `n` times; -1 takes it out.
  void Add(const Observation& o, int64_t n, CountForm form) {
    observations_ += n;
    Recount(o, n, form);
  }
  // The same for a pair that stays one: only its cell changes.
  void Recount(const Observation& o, int64_t n, CountForm form) {
    if (form == CountForm::kMatrix) {
      matrix_.Add(CellOf(o.actual, o.predicted), n);
    } else if (form == CountForm::kMarginals) {
      if (o.actual == o.predicted) {
        marginals_.Add(MarginalOf(o.actual, Marginal::kTruePositives), n);
      }
      marginals_.Add(MarginalOf(o.predicted, Marginal::kPredicted), n);
      marginals_.Add(MarginalOf(o.actual, Marginal::kActual), n);
    }
  }

  // [Writer] REQUIRES: the slot was touched in the open generation.
  template <class A>
  void AddTo(Slot<A>* slot) const {
    if (observations_ != 0) {
      slot->AddObservations(static_cast<uint64_t>(observations_));
    }
    matrix_.ForEach([slot](uint32_t c, int64_t n) { slot->AddMatrix(c, n); });
    marginals_.ForEach(
        [slot](uint32_t c, int64_t n) { slot->AddMarginal(c, n); });
  }
  int64_t observations() const { return observations_; }
  const CellChanges& matrix() const { return matrix_; }
  const CellChanges& marginals() const { return marginals_; }

 private:
  int64_t observations_ = 0;
  CellChanges matrix_;
  CellChanges marginals_;
};

}  // namespace plumbline
