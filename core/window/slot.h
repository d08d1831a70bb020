// Slot: the counts of one span of time, or of one last-N window.
//
// Classes are counted in one of two forms. Up to the matrix limit of the model,
// an observation is one cell of the confusion matrix. Beyond it, an observation
// is three marginal counts per class: true positives, predicted and actual.
// Counts stay in the form in which they were made, and a reader adds up both
// forms. A correction subtracts from the form in use. So it can subtract from
// the marginals what the matrix counted. A single marginal then wraps below
// zero, and the sum of both forms is right.
//
// Other sections (core/window/section.h) are allocated at their first count: a
// window that only counts two classes takes 80 bytes a slot.

#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/window/block.h"
#include "core/window/cells.h"
#include "core/window/section.h"
#include "core/window/sparse_cells.h"

namespace plumbline {

// The epoch of a slot that stands for no span of time.
inline constexpr int64_t kNoEpoch = INT64_MIN;

// A reader's copy of a slot, or the sum of the copies over a window.
struct SlotCounts {
  int64_t epoch = 0;
  uint64_t predictions = 0;         // received in this span
  uint64_t labelled = 0;            // of those, with a label
  uint64_t observations = 0;        // completed pairs
  std::vector<uint64_t> matrix;     // by CellOf()
  std::vector<uint64_t> marginals;  // by MarginalOf()
  std::array<std::vector<uint64_t>, kSections> sections;  // empty: all 0
  std::array<SparseCounts, kSparseSections> sparse;

  const std::vector<uint64_t>& of(Section section) const {
    return sections[static_cast<size_t>(section)];
  }
  const SparseCounts& of(SparseSection section) const {
    return sparse[static_cast<size_t>(section)];
  }

  void Reset(uint32_t matrix_cells, uint32_t marginal_cells) {
    predictions = labelled = observations = 0;
    matrix.assign(matrix_cells, 0);
    marginals.assign(marginal_cells, 0);
    for (auto& section : sections) section.clear();
    for (SparseCounts& section : sparse) section.Clear();
  }
  void Add(const SlotCounts& other);

  // See core/codec/archive.h. NOTE: the tags of sections rest on their numbers.
  template <class Archive>
  void Fields(Archive& archive);
};

enum class Marginal : uint32_t { kTruePositives, kPredicted, kActual };
inline constexpr uint32_t kMarginals = 3;

constexpr uint32_t MarginalOf(uint32_t class_index, Marginal marginal) {
  return class_index * kMarginals + static_cast<uint32_t>(marginal);
}

template <class A>
class Slot {
 public:
  using Count = typename A::template Atomic<uint64_t>;

  Slot() = default;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() { delete A::Load(more_, A::kRelaxed); }

  // [Writer] Marks the slot as changed in `generation` (of the model's
  // seqlock). REQUIRED before any change of the slot in that generation.
  void Touch(uint64_t generation) {
    // Relaxed: the release stores that follow publish it.
    A::Store(stamp_, generation, A::kRelaxed);
  }

  // [Writer] Empties the slot and gives it to `epoch`.
  void Restart(int64_t epoch);

  // [Writer]
  int64_t epoch() const { return A::Load(epoch_, A::kRelaxed); }
  void AddPredictions(uint64_t n) { Increase(predictions_, n); }
  void AddLabelled(uint64_t n) { Increase(labelled_, n); }
  void AddObservations(uint64_t n) { Increase(observations_, n); }
  void AddMatrix(uint32_t cell, int64_t delta) {
    if (cell < kInline) {
      Increase(first_[cell], static_cast<uint64_t>(delta));
    } else {
      more()->matrix.Add(cell, delta);
    }
  }
  void AddMarginal(uint32_t cell, int64_t delta) {
    more()->marginals.Add(cell, delta);
  }
  // `size`: number of all cells of the section.
  void Add(Section section, uint32_t size, uint32_t cell, int64_t delta) {
    more()->sections[static_cast<size_t>(section)].Add(size, cell, delta);
  }
  void Add(SparseSection section, uint32_t key, int64_t delta,
           SparseSize size) {
    ForSparse(more(), section,
              [&](auto& cells) { cells.Add(key, delta, size); });
  }
  void AddAll(SparseSection section,
              const std::vector<std::pair<uint32_t, int64_t>>& adds,
              SparseSize size) {
    if (adds.empty()) return;
    ForSparse(more(), section, [&](auto& cells) { cells.AddAll(adds, size); });
  }
  void Restore(SparseSection section, const SparseCounts& counts,
               SparseSize size) {
    if (counts.entries.empty()) return;
    ForSparse(more(), section,
              [&](auto& cells) { cells.Restore(counts, size); });
  }
  // [Writer] Adds the counts of another slot, except sparse sections.
  void AddDense(const SlotCounts& counts);
  // [Writer] Adds all counts of another slot of a time window.
  void Absorb(const SlotCounts& counts);
  void Clear(Section section, uint32_t begin, uint32_t count) {
    if (More* m = A::Load(more_, A::kRelaxed)) {
      m->sections[static_cast<size_t>(section)].Clear(begin, count);
    }
  }
  void Clear(Section section) {
    if (More* m = A::Load(more_, A::kRelaxed)) {
      m->sections[static_cast<size_t>(section)].Clear();
    }
  }
  void Clear(SparseSection section) {
    if (More* m = A::Load(more_, A::kRelaxed)) {
      ForSparse(m, section, [](auto& cells) { cells.Clear(); });
    }
  }

  // [Writer]
  void CopyTo(SparseSection section, SparseCounts* out) const {
    out->Clear();
    if (const More* m = A::Load(more_, A::kRelaxed)) {
      ForSparse(m, section, [out](const auto& cells) { cells.CopyTo(out); });
    }
  }

  // [Any thread] The generation that changed the slot last.
  uint64_t Stamp() const {
    // Acquire: later loads see at least the stores of earlier generations.
    return A::Load(stamp_, A::kAcquire);
  }

  // [Any thread] Copies the slot. `out` must be Reset() to the wanted sizes.
  // The copy is consistent if Stamp() is the same before and after it, and not
  // younger than the closed generation that the reader entered.
  void CopyTo(SlotCounts* out) const;

  // Bytes of a slot with these cells; `sections`: bytes of its sections.
  static int64_t Bytes(uint32_t matrix_cells, uint32_t marginal_cells,
                       int64_t sections) {
    const int64_t more =
        sections +
        (matrix_cells > kInline ? Cells<A>::HeapBytes(matrix_cells) : 0) +
        Cells<A>::HeapBytes(marginal_cells);
    return static_cast<int64_t>(sizeof(Slot)) +
           (more > 0 ? more + static_cast<int64_t>(sizeof(More)) : 0);
  }

 private:
  static constexpr uint32_t kInline = 4;
  struct More {
    Cells<A> matrix;  // from kInline on
    Cells<A> marginals;
    std::array<Block<A>, kSections> sections;
    SparseCells<A, ScoreBins> score_bins;
    SparseCells<A, ClassScoreBins> class_score_bins;
    SparseCells<A, ErrorSums> error_sums;
    SparseCells<A, ErrorBins> error_bins;
    std::array<SparseCells<A, EstimateBins>, 4> estimates;
  };

  template <class M, class Do>
  static void ForSparse(M* more, SparseSection section, Do what) {
    switch (section) {
      case SparseSection::kScoreBins:
        return what(more->score_bins);
      case SparseSection::kClassScoreBins:
        return what(more->class_score_bins);
      case SparseSection::kErrorSums:
        return what(more->error_sums);
      case SparseSection::kErrorBins:
        return what(more->error_bins);
      case SparseSection::kPredictedScores:
        return what(more->estimates[0]);
      case SparseSection::kPredictedClassScores:
        return what(more->estimates[1]);
      case SparseSection::kJudgedScores:
        return what(more->estimates[2]);
      case SparseSection::kJudgedClassScores:
        return what(more->estimates[3]);
    }
  }

  static void Increase(Count& count, uint64_t n) {
    // Release: required by the seqlock's invariant (3).
    A::Store(count, A::Load(count, A::kRelaxed) + n, A::kRelease);
  }
  More* more() {
    More* m = A::Load(more_, A::kRelaxed);
    if (m == nullptr) {
      m = new More;
      // Release: publishes the null pointers inside.
      A::Store(more_, m, A::kRelease);
    }
    return m;
  }

  Count stamp_{0};
  // The span that the slot stands for, or kNoEpoch.
  typename A::template Atomic<int64_t> epoch_{kNoEpoch};
  Count predictions_{0};
  Count labelled_{0};
  Count observations_{0};
  Count first_[kInline] = {};  // the first cells of the matrix
  typename A::template Atomic<More*> more_{nullptr};
};

template <class A>
void Slot<A>::Restart(int64_t epoch) {
  // Release, here and below: required by the seqlock's invariant (3).
  A::Store(epoch_, epoch, A::kRelease);
  for (Count* count : {&predictions_, &labelled_, &observations_}) {
    A::Store(*count, uint64_t{0}, A::kRelease);
  }
  for (Count& cell : first_) A::Store(cell, uint64_t{0}, A::kRelease);
  More* m = A::Load(more_, A::kRelaxed);
  if (m == nullptr) return;
  m->matrix.Clear();
  m->marginals.Clear();
  for (Block<A>& section : m->sections) section.Clear();
  for (const SparseSection section : kAllSparse) {
    ForSparse(m, section, [](auto& cells) { cells.Clear(); });
  }
}

template <class A>
void Slot<A>::AddDense(const SlotCounts& counts) {
  AddPredictions(counts.predictions);
  AddLabelled(counts.labelled);
  AddObservations(counts.observations);
  for (uint32_t i = 0; i < counts.matrix.size(); ++i) {
    const auto n = static_cast<int64_t>(counts.matrix[i]);
    if (n != 0) AddMatrix(i, n);
  }
  for (uint32_t i = 0; i < counts.marginals.size(); ++i) {
    const auto n = static_cast<int64_t>(counts.marginals[i]);
    if (n != 0) AddMarginal(i, n);
  }
  for (size_t s = 0; s < kSections; ++s) {
    const auto& section = counts.sections[s];
    const auto size = static_cast<uint32_t>(section.size());
    for (uint32_t i = 0; i < size; ++i) {
      Add(static_cast<Section>(s), size, i, static_cast<int64_t>(section[i]));
    }
  }
}

template <class A>
void Slot<A>::Absorb(const SlotCounts& counts) {
  AddDense(counts);
  for (const SparseSection section : kAllSparse) {
    if (counts.of(section).entries.empty()) continue;
    ForSparse(more(), section, [&](auto& cells) {
      cells.Absorb(counts.of(section), SizeOf(section, 0));
    });
  }
}

template <class A>
void Slot<A>::CopyTo(SlotCounts* out) const {
  out->epoch = A::Load(epoch_, A::kAcquire);
  out->predictions = A::Load(predictions_, A::kAcquire);
  out->labelled = A::Load(labelled_, A::kAcquire);
  out->observations = A::Load(observations_, A::kAcquire);
  const auto cells = static_cast<uint32_t>(out->matrix.size());
  // Acquire: sees the initial null pointers.
  const More* m = A::Load(more_, A::kAcquire);
  if (m != nullptr) {
    if (cells > kInline) m->matrix.CopyTo(cells, out->matrix.data());
    m->marginals.CopyTo(static_cast<uint32_t>(out->marginals.size()),
                        out->marginals.data());
    for (size_t i = 0; i < kSections; ++i) {
      m->sections[i].CopyTo(&out->sections[i]);
    }
    for (const SparseSection section : kAllSparse) {
      ForSparse(m, section, [&](const auto& sparse) {
        sparse.CopyTo(&out->sparse[static_cast<size_t>(section)]);
      });
    }
  }
  for (uint32_t i = 0; i < kInline && i < cells; ++i) {
    out->matrix[i] = A::Load(first_[i], A::kAcquire);
  }
}

inline void SlotCounts::Add(const SlotCounts& other) {
  predictions += other.predictions;
  labelled += other.labelled;
  observations += other.observations;
  const auto add = [](const std::vector<uint64_t>& from,
                      std::vector<uint64_t>* to) {
    if (to->size() < from.size()) to->resize(from.size());
    for (size_t i = 0; i < from.size(); ++i) (*to)[i] += from[i];
  };
  add(other.matrix, &matrix);
  add(other.marginals, &marginals);
  for (size_t i = 0; i < kSections; ++i) {
    add(other.sections[i], &sections[i]);
  }
  for (size_t i = 0; i < kSparseSections; ++i) sparse[i].Add(other.sparse[i]);
}

}  // namespace plumbline
