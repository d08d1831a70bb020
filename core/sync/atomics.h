// The atomics that the rings are written in. Production uses std::atomic; the
// model checker in tests/stress substitutes its own, with the same calls.

#pragma once

#include <atomic>
#include <thread>

namespace plumbline {

struct StdAtomics {
  template <class T>
  using Atomic = std::atomic<T>;

  static constexpr std::memory_order kRelaxed = std::memory_order_relaxed;
  static constexpr std::memory_order kAcquire = std::memory_order_acquire;
  static constexpr std::memory_order kRelease = std::memory_order_release;

  template <class T>
  static T Load(const Atomic<T>& cell, std::memory_order order) {
    return cell.load(order);
  }
  template <class T>
  static void Store(Atomic<T>& cell, T value, std::memory_order order) {
    cell.store(value, order);
  }
  // A reader calls this before it tries again.
  static void Pause(int attempt) {
    if (attempt > 64) std::this_thread::yield();
  }
};

}  // namespace plumbline
