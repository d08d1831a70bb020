// Slot: the counts of one span of time, or of one last-N window.
//
// Classes are counted in one of two forms. Up to the matrix limit of the
// model, an observation is one cell of the confusion matrix. Beyond it, it is
// three marginal counts: true positives, predicted and actual, per class.
// Counts made in one form stay there; a reader adds up both. After the change
// of form a correction may take from the marginals what the matrix counted,
// so single counts wrap below zero and only the sum has a meaning.

#pragma once

#include <cstdint>
#include <vector>

#include "core/window/cells.h"

namespace plumbline {

// What a reader copies out of a slot, and sums over a window.
struct SlotCounts {
  int64_t epoch = 0;
  uint64_t predictions = 0;         // received in this span
  uint64_t labelled = 0;            // of those, with a label by now
  uint64_t observations = 0;        // pairs completed
  std::vector<uint64_t> matrix;     // by CellOf()
  std::vector<uint64_t> marginals;  // by MarginalOf()

  void Reset(uint32_t matrix_cells, uint32_t marginal_cells) {
    predictions = labelled = observations = 0;
    matrix.assign(matrix_cells, 0);
    marginals.assign(marginal_cells, 0);
  }
  void Add(const SlotCounts& other) {
    predictions += other.predictions;
    labelled += other.labelled;
    observations += other.observations;
    for (size_t i = 0; i < matrix.size(); ++i) matrix[i] += other.matrix[i];
    for (size_t i = 0; i < marginals.size(); ++i) {
      marginals[i] += other.marginals[i];
    }
  }
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
  ~Slot() { delete A::Load(marginals_, A::kRelaxed); }

  // [Writer] Marks the slot as changed in `generation` (of the model's gate).
  // REQUIRED before any change to it in that generation.
  void Touch(uint64_t generation) {
    // Relaxed: the release stores that follow carry it to whoever sees them.
    A::Store(stamp_, generation, A::kRelaxed);
  }

  // [Writer] Empties the slot and gives it to `epoch`.
  void Restart(int64_t epoch) {
    // Release, here and below: as the gate's invariant (3) asks.
    A::Store(epoch_, epoch, A::kRelease);
    A::Store(predictions_, uint64_t{0}, A::kRelease);
    A::Store(labelled_, uint64_t{0}, A::kRelease);
    A::Store(observations_, uint64_t{0}, A::kRelease);
    matrix_.Clear();
    if (auto* m = A::Load(marginals_, A::kRelaxed)) m->Clear();
  }

  // [Writer]
  int64_t epoch() const { return A::Load(epoch_, A::kRelaxed); }
  void AddPredictions(uint64_t n) { Increase(predictions_, n); }
  void AddLabelled(uint64_t n) { Increase(labelled_, n); }
  void AddObservations(uint64_t n) { Increase(observations_, n); }
  void AddMatrix(uint32_t cell, int64_t delta) { matrix_.Add(cell, delta); }
  void AddMarginal(uint32_t cell, int64_t delta) {
    Cells<A>* m = A::Load(marginals_, A::kRelaxed);
    if (m == nullptr) {
      m = new Cells<A>;
      // Release: publishes the zeroes inside.
      A::Store(marginals_, m, A::kRelease);
    }
    m->Add(cell, delta);
  }

  // [Any thread] The generation that changed the slot last.
  uint64_t Stamp() const {
    // Acquire: later loads see at least what that generation stored before.
    return A::Load(stamp_, A::kAcquire);
  }

  // [Any thread] Copies the slot. `out` must be Reset() to the sizes wanted.
  // The copy is of one moment if Stamp() before it was not younger than the
  // closed generation that the reader entered, and is the same after it.
  void CopyTo(SlotCounts* out) const {
    out->epoch = A::Load(epoch_, A::kAcquire);
    out->predictions = A::Load(predictions_, A::kAcquire);
    out->labelled = A::Load(labelled_, A::kAcquire);
    out->observations = A::Load(observations_, A::kAcquire);
    matrix_.CopyTo(static_cast<uint32_t>(out->matrix.size()),
                   out->matrix.data());
    if (out->marginals.empty()) return;
    // Acquire: sees the zeroes that the cells were born with.
    if (const Cells<A>* m = A::Load(marginals_, A::kAcquire)) {
      m->CopyTo(static_cast<uint32_t>(out->marginals.size()),
                out->marginals.data());
    }
  }

 private:
  static void Increase(Count& count, uint64_t n) {
    A::Store(count, A::Load(count, A::kRelaxed) + n, A::kRelease);
  }

  Count stamp_{0};
  // The span it stands for; the least value stands for none.
  typename A::template Atomic<int64_t> epoch_{INT64_MIN};
  Count predictions_{0};
  Count labelled_{0};
  Count observations_{0};
  Cells<A> matrix_;
  typename A::template Atomic<Cells<A>*> marginals_{nullptr};
};

}  // namespace plumbline
