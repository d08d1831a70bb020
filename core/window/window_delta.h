// WindowDelta: the sum of what one group adds to a window, made before
// publication.
//
// The events of a group share one time and so one slot. Counting them in
// private memory first turns a thousand changes of a slot into a handful.

#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/window/counting.h"
#include "core/window/slot.h"

namespace plumbline {

// Sums of changes by cell number, with a list of the changed cells.
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
  std::vector<uint8_t> listed_;  // true: is in changed_
  std::vector<uint32_t> changed_;
};

class WindowDelta {
 public:
  void Clear() {
    observations_ = 0;
    matrix_.Clear();
    marginals_.Clear();
    if (!has_more_) return;
    has_more_ = false;
    for (SectionChanges& section : sections_) section.cells.Clear();
    error_sums_.Clear();
    for (auto& bins : bins_) bins.clear();
  }

  // Adds the observation `n` times; -1 subtracts it.
  void Add(const Observation& o, int64_t n, const Counting& counting) {
    observations_ += n;
    Recount(o, n, counting);
  }
  // Changes the cells by `n` times the observation, but not the number of
  // pairs.
  void Recount(const Observation& o, int64_t n, const Counting& counting) {
    CountClasses(o, n, counting);
    if (counting.statistics.empty()) return;
    scratch_.Clear();
    for (const Counting::Count count : counting.statistics) {
      count(counting, o, &scratch_);
    }
    AddChanges(scratch_.begin(), scratch_.end(), n);
  }
  // Adds an observation whose changes of statistics are known.
  void AddKnown(const Observation& o, const CellChange* begin,
                const CellChange* end, const Counting& counting) {
    ++observations_;
    CountClasses(o, 1, counting);
    AddChanges(begin, end, 1);
  }

  // [Writer] Adds the sums to a slot. `last`: N of a last-N window, else 0.
  // REQUIRES: the slot was touched in the open generation.
  template <class A>
  void AddTo(Slot<A>* slot, int64_t last) const {
    if (observations_ != 0) {
      slot->AddObservations(static_cast<uint64_t>(observations_));
    }
    matrix_.ForEach([slot](uint32_t c, int64_t n) { slot->AddMatrix(c, n); });
    marginals_.ForEach(
        [slot](uint32_t c, int64_t n) { slot->AddMarginal(c, n); });
    if (has_more_) AddMoreTo(slot, last);
  }
  int64_t observations() const { return observations_; }
  const CellChanges& matrix() const { return matrix_; }
  const CellChanges& marginals() const { return marginals_; }
  // Calls visit(section, cell, delta) for each change in a section.
  template <class Visit>
  void ForEachInSections(Visit visit) const {
    for (size_t i = 0; i < kSections && has_more_; ++i) {
      sections_[i].cells.ForEach([&](uint32_t cell, int64_t delta) {
        visit(static_cast<Section>(i), cell, delta);
      });
    }
  }
  template <class Visit>
  void ForEachErrorSum(Visit visit) const {
    error_sums_.ForEach(visit);
  }
  // Calls visit(section, key, delta) for each change in a sparse section.
  template <class Visit>
  void ForEachSparse(Visit visit) const {
    if (!has_more_) return;
    ForEachErrorSum([&](uint32_t key, int64_t delta) {
      visit(SparseSection::kErrorSums, key, delta);
    });
    for (const SparseSection section : kAllSparse) {
      for (const auto& [key, delta] : bins_[static_cast<size_t>(section)]) {
        visit(section, key, delta);
      }
    }
  }

 private:
  void CountClasses(const Observation& o, int64_t n, const Counting& counting) {
    if (counting.form == CountForm::kMatrix) {
      matrix_.Add(CellOf(o.actual(), o.predicted()), n);
    } else if (counting.form == CountForm::kSets) {
      for (const ClassMembership m : counting.sets->Of(o.sets())) {
        const auto add = [&](bool is, Marginal marginal) {
          if (is) marginals_.Add(MarginalOf(m.class_index, marginal), n);
        };
        add(m.predicted && m.actual, Marginal::kTruePositives);
        add(m.predicted, Marginal::kPredicted);
        add(m.actual, Marginal::kActual);
      }
    } else if (counting.form == CountForm::kMarginals) {
      if (o.actual() == o.predicted()) {
        marginals_.Add(MarginalOf(o.actual(), Marginal::kTruePositives), n);
      }
      marginals_.Add(MarginalOf(o.predicted(), Marginal::kPredicted), n);
      marginals_.Add(MarginalOf(o.actual(), Marginal::kActual), n);
    }
  }
  void AddChanges(const CellChange* begin, const CellChange* end, int64_t n) {
    has_more_ = has_more_ || begin != end;
    for (const CellChange* change = begin; change != end; ++change) {
      const int64_t delta = n * change->delta;
      if (!change->is_sparse) {
        SectionChanges& section = sections_[change->section];
        section.size = change->size;
        section.cells.Add(change->cell, delta);
      } else if (change->section ==
                 static_cast<uint8_t>(SparseSection::kErrorSums)) {
        error_sums_.Add(change->cell, delta);
      } else {
        bins_[change->section].emplace_back(change->cell, delta);
      }
    }
  }

  struct SectionChanges {
    CellChanges cells;
    uint32_t size = 0;
  };

  template <class A>
  void AddMoreTo(Slot<A>* slot, int64_t last) const {
    ForEachInSections([&](Section section, uint32_t cell, int64_t delta) {
      slot->Add(section, sections_[static_cast<size_t>(section)].size, cell,
                delta);
    });
    ForEachErrorSum([&](uint32_t key, int64_t delta) {
      constexpr SparseSection kSums = SparseSection::kErrorSums;
      slot->Add(kSums, key, delta, SizeOf(kSums, last));
    });
    for (const SparseSection section : kAllSparse) {
      slot->AddAll(section, bins_[static_cast<size_t>(section)],
                   SizeOf(section, last));
    }
  }

  int64_t observations_ = 0;
  CellChangeList scratch_;
  CellChanges matrix_;
  CellChanges marginals_;
  bool has_more_ = false;  // in what follows
  std::array<SectionChanges, kSections> sections_;
  CellChanges error_sums_;
  // Bins that occur, some several times.
  std::array<std::vector<std::pair<uint32_t, int64_t>>, kSparseSections> bins_;
};

}  // namespace plumbline
