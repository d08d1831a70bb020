// Cells: a growing run of 64-bit counters that never move.
//
// A confusion matrix grows as classes appear. Its cells are numbered shell by
// shell (A. Rosenberg and H. Strong, "Addressing arrays by shells", IBM
// Technical Disclosure Bulletin 14, 1972): the classes 0..k-1 use the numbers
// 0..k*k-1, so a new class only appends numbers and no count ever moves.
//
//     actual\predicted   0  1  2
//                    0   0  1* 4      the pair (0, 1) has number 1,
//                    1   3  2  5      (1, 1) has 2, (1, 0) has 3,
//                    2   8  7  6      and class 2 appends 4 to 8
//
// The first four cells, all that a binary model needs, are inline. The others
// are in chunks, each three times as large as all before it, allocated when
// first written and kept until the destructor.
//
// Invariants
// (1) One thread writes. Any thread reads.
// (2) A chunk pointer goes from null to a zeroed chunk once, and stays.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace plumbline {

// The number of the cell (actual, predicted).
constexpr uint32_t CellOf(uint32_t actual, uint32_t predicted) {
  return actual > predicted ? actual * actual + 2 * actual - predicted
                            : predicted * predicted + actual;
}
static_assert(CellOf(0, 1) == 1 && CellOf(1, 1) == 2 && CellOf(1, 0) == 3);
static_assert(CellOf(0, 2) == 4 && CellOf(2, 2) == 6 && CellOf(2, 0) == 8);

template <class A>
class Cells {
 public:
  static constexpr uint32_t kInline = 4;
  static constexpr uint32_t kChunks = 9;            // chunk c starts at
  static constexpr uint32_t kLimit = 1u << 2 * 10;  // cell 4^(c+1)

  Cells() = default;
  Cells(const Cells&) = delete;
  Cells& operator=(const Cells&) = delete;
  ~Cells() {
    const Chunks* more = A::Load(more_, A::kRelaxed);
    if (more == nullptr) return;
    for (const auto& chunk : more->chunk) delete[] A::Load(chunk, A::kRelaxed);
    delete more;
  }

  // [Writer] REQUIRES: cell < kLimit.
  void Add(uint32_t cell, int64_t delta) {
    Cell& c = At(cell);
    // Release: as the gate's invariant (3) asks.
    A::Store(c, A::Load(c, A::kRelaxed) + static_cast<uint64_t>(delta),
             A::kRelease);
  }

  // [Writer] Sets every cell to 0.
  void Clear() {
    for (Cell& c : first_) A::Store(c, uint64_t{0}, A::kRelease);
    const Chunks* more = A::Load(more_, A::kRelaxed);
    if (more == nullptr) return;
    for (uint32_t i = 0; i < kChunks; ++i) {
      Cell* chunk = A::Load(more->chunk[i], A::kRelaxed);
      if (chunk == nullptr) continue;
      for (uint32_t j = 0; j < ChunkSize(i); ++j) {
        A::Store(chunk[j], uint64_t{0}, A::kRelease);
      }
    }
  }

  // [Any thread] Writes the cells 0 to `count`-1 to `out`, absent ones as 0.
  void CopyTo(uint32_t count, uint64_t* out) const {
    uint32_t n = 0;
    // Acquire: as the gate's invariant (3) asks.
    for (; n < count && n < kInline; ++n) {
      out[n] = A::Load(first_[n], A::kAcquire);
    }
    if (n == count) return;
    // Acquire: sees the chunk table that the pointer publishes.
    const Chunks* more = A::Load(more_, A::kAcquire);
    for (uint32_t i = 0; n < count; ++i) {
      // Acquire: sees the zeroes that the chunk was born with.
      const Cell* chunk =
          more == nullptr ? nullptr : A::Load(more->chunk[i], A::kAcquire);
      for (uint32_t j = 0; j < ChunkSize(i) && n < count; ++j, ++n) {
        out[n] = chunk == nullptr ? 0 : A::Load(chunk[j], A::kAcquire);
      }
    }
  }

  // Bytes on the heap when the cells 0 to `count`-1 have been written.
  static int64_t HeapBytes(uint32_t count) {
    if (count <= kInline) return 0;
    int64_t bytes = sizeof(Chunks);
    for (uint32_t i = 0; i < kChunks && ChunkStart(i) < count; ++i) {
      bytes += int64_t{ChunkSize(i)} * sizeof(Cell);
    }
    return bytes;
  }

 private:
  using Cell = typename A::template Atomic<uint64_t>;
  struct Chunks {
    typename A::template Atomic<Cell*> chunk[kChunks] = {};
  };

  static constexpr uint32_t ChunkStart(uint32_t i) { return 1u << 2 * (i + 1); }
  static constexpr uint32_t ChunkSize(uint32_t i) { return 3 * ChunkStart(i); }

  Cell& At(uint32_t cell) {
    if (cell < kInline) return first_[cell];
    Chunks* more = A::Load(more_, A::kRelaxed);
    if (more == nullptr) {
      more = new Chunks;
      // Release: publishes the null pointers inside.
      A::Store(more_, more, A::kRelease);
    }
    const uint32_t i = (std::bit_width(cell) - 1) / 2 - 1;
    Cell* chunk = A::Load(more->chunk[i], A::kRelaxed);
    if (chunk == nullptr) {
      chunk = new Cell[ChunkSize(i)]();
      // Release: publishes the zeroes inside.
      A::Store(more->chunk[i], chunk, A::kRelease);
    }
    return chunk[cell - ChunkStart(i)];
  }

  Cell first_[kInline] = {};
  typename A::template Atomic<Chunks*> more_{nullptr};
};

}  // namespace plumbline
