// CountBlock: a fixed set of counts of one model or version, published
// together with the model's other changes (see core/sync/seqlock.h).

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace plumbline {

template <size_t N>
class CountBlock {
 public:
  using Values = std::array<uint64_t, N>;

  // [Writer] Stores the values that differ, as a change of `generation`.
  void Publish(uint64_t generation, const Values& values) {
    // Relaxed: the release stores below publish it.
    stamp_.store(generation, std::memory_order_relaxed);
    for (size_t i = 0; i < N; ++i) {
      // Release: required by the seqlock's invariant (3).
      if (counts_[i].load(std::memory_order_relaxed) != values[i]) {
        counts_[i].store(values[i], std::memory_order_release);
      }
    }
  }

  // [Any thread] See Slot::Stamp() and Slot::CopyTo().
  uint64_t Stamp() const { return stamp_.load(std::memory_order_acquire); }
  void CopyTo(Values* values) const {
    for (size_t i = 0; i < N; ++i) {
      (*values)[i] = counts_[i].load(std::memory_order_acquire);
    }
  }

 private:
  std::atomic<uint64_t> stamp_{0};
  std::array<std::atomic<uint64_t>, N> counts_{};
};

}  // namespace plumbline
