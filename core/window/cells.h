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
// The cells are in chunks, each three times as large as all chunks before it. A
// chunk is allocated at its first write and kept until the destructor.
//
// Invariants
// (1) One thread writes. Any thread reads.
// (2) A chunk pointer changes once, from null to a zeroed chunk.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/codec/archive.h"

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
  static constexpr uint32_t kChunks = 9;  // the first: 16 cells; chunk c > 0
  static constexpr uint32_t kLimit = 1u << 2 * 10;  // starts at cell 4^(c+1)

  Cells() = default;
  Cells(const Cells&) = delete;
  Cells& operator=(const Cells&) = delete;
  ~Cells() {
    const Chunks* chunks = A::Load(chunks_, A::kRelaxed);
    if (chunks == nullptr) return;
    for (const auto& chunk : chunks->chunk) {
      delete[] A::Load(chunk, A::kRelaxed);
    }
    delete chunks;
  }

  // [Writer] REQUIRES: cell < kLimit.
  void Add(uint32_t cell, int64_t delta) {
    Cell& c = At(cell);
    // Release: required by the seqlock's invariant (3).
    A::Store(c, A::Load(c, A::kRelaxed) + static_cast<uint64_t>(delta),
             A::kRelease);
  }

  // [Writer] Sets every cell to 0.
  void Clear() {
    const Chunks* chunks = A::Load(chunks_, A::kRelaxed);
    if (chunks == nullptr) return;
    for (uint32_t i = 0; i < kChunks; ++i) {
      Cell* chunk = A::Load(chunks->chunk[i], A::kRelaxed);
      if (chunk == nullptr) continue;
      for (uint32_t j = 0; j < ChunkSize(i); ++j) {
        A::Store(chunk[j], uint64_t{0}, A::kRelease);
      }
    }
  }

  // [Any thread] Writes the cells 0 to `count`-1 to `out`, absent ones as 0.
  void CopyTo(uint32_t count, uint64_t* out) const {
    // Acquire: sees the chunk table that the pointer publishes.
    const Chunks* chunks = A::Load(chunks_, A::kAcquire);
    uint32_t n = 0;
    for (uint32_t i = 0; n < count; ++i) {
      // Acquire: sees the initial zeroes of the chunk.
      const Cell* chunk =
          chunks == nullptr ? nullptr : A::Load(chunks->chunk[i], A::kAcquire);
      for (uint32_t j = 0; j < ChunkSize(i) && n < count; ++j, ++n) {
        // Acquire: required by the seqlock's invariant (3).
        out[n] = chunk == nullptr ? 0 : A::Load(chunk[j], A::kAcquire);
      }
    }
  }

  // Bytes on the heap when the cells 0 to `count`-1 have been written.
  static int64_t HeapBytes(uint32_t count) {
    if (count == 0) return 0;
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

  static constexpr uint32_t kFirst = 16;
  static constexpr uint32_t ChunkStart(uint32_t i) {
    return i == 0 ? 0 : 1u << 2 * (i + 1);
  }
  static constexpr uint32_t ChunkSize(uint32_t i) {
    return i == 0 ? kFirst : 3 * ChunkStart(i);
  }
  static constexpr uint32_t ChunkOf(uint32_t cell) {
    return cell < kFirst ? 0 : (std::bit_width(cell) - 1) / 2 - 1;
  }

  Cell& At(uint32_t cell) {
    Chunks* chunks = A::Load(chunks_, A::kRelaxed);
    if (chunks == nullptr) {
      chunks = new Chunks;
      // Release: publishes the null pointers inside.
      A::Store(chunks_, chunks, A::kRelease);
    }
    const uint32_t i = ChunkOf(cell);
    Cell* chunk = A::Load(chunks->chunk[i], A::kRelaxed);
    if (chunk == nullptr) {
      chunk = new Cell[ChunkSize(i)]();
      // Release: publishes the zeroes inside.
      A::Store(chunks->chunk[i], chunk, A::kRelease);
    }
    return chunk[cell - ChunkStart(i)];
  }

  typename A::template Atomic<Chunks*> chunks_{nullptr};
};

// Stores the first `count` cells. See core/codec/archive.h.
template <class Archive, class A>
void DoCells(Archive& archive, Cells<A>& cells, uint32_t count) {
  std::vector<uint64_t> values(count);
  if constexpr (!Archive::kLoads) cells.CopyTo(count, values.data());
  DoList(archive, values);
  if constexpr (Archive::kLoads) {
    if (values.size() != count) archive.Fail();
    for (uint32_t i = 0; i < values.size() && archive.ok(); ++i) {
      if (values[i] != 0) cells.Add(i, static_cast<int64_t>(values[i]));
    }
  }
}

}  // namespace plumbline
