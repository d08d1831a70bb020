// Block: a run of 64-bit counters. Its size is known at the first write. If it
// grows later, the counters are copied.
//
// Invariants
// (1) One thread writes, between Open() and Close() of the model's seqlock. Any
//     thread reads, through Collect().
// (2) A block that was replaced by a larger one stays until the destructor,
//     because a reader may still read it. Collect() drops what it reads there.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace plumbline {

template <class A>
class Block {
 public:
  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    for (Storage* s = A::Load(storage_, A::kRelaxed); s != nullptr;) {
      Storage* const before = s->before;
      delete s;
      s = before;
    }
  }

  // [Writer] `size`: number of all cells. REQUIRES: cell < size.
  void Add(uint32_t size, uint32_t cell, int64_t delta) {
    Storage* s = A::Load(storage_, A::kRelaxed);
    if (s == nullptr || s->size < size) s = Grow(s, size);
    Cell& c = s->cells[cell];
    // Release: required by the seqlock's invariant (3).
    A::Store(c, A::Load(c, A::kRelaxed) + static_cast<uint64_t>(delta),
             A::kRelease);
  }

  // [Writer] Sets all cells, or `count` cells from `begin` on, to 0.
  void Clear() { Clear(0, UINT32_MAX); }
  void Clear(uint32_t begin, uint32_t count) {
    Storage* s = A::Load(storage_, A::kRelaxed);
    for (uint32_t i = begin; s != nullptr && i < s->size && count > 0;
         ++i, --count) {
      A::Store(s->cells[i], uint64_t{0}, A::kRelease);
    }
  }

  // [Any thread] Empty if no cell was ever written.
  void CopyTo(std::vector<uint64_t>* out) const {
    // Acquire: sees the initial or copied values of the cells.
    const Storage* s = A::Load(storage_, A::kAcquire);
    out->resize(s == nullptr ? 0 : s->size);
    for (size_t i = 0; i < out->size(); ++i) {
      (*out)[i] = A::Load(s->cells[i], A::kAcquire);
    }
  }

  static int64_t HeapBytes(uint32_t size) {
    return static_cast<int64_t>(sizeof(Storage) + size * sizeof(Cell));
  }

 private:
  using Cell = typename A::template Atomic<uint64_t>;
  struct Storage {
    uint32_t size;
    Storage* before;
    std::unique_ptr<Cell[]> cells;
  };

  Storage* Grow(Storage* old, uint32_t size) {
    auto* grown =
        new Storage{size, old, std::unique_ptr<Cell[]>(new Cell[size]())};
    for (uint32_t i = 0; old != nullptr && i < old->size; ++i) {
      A::Store(grown->cells[i], A::Load(old->cells[i], A::kRelaxed),
               A::kRelease);
    }
    // Release: publishes the cells.
    A::Store(storage_, grown, A::kRelease);
    return grown;
  }

  typename A::template Atomic<Storage*> storage_{nullptr};
};

}  // namespace plumbline
