// The rings' atomics under relacy, which searches the interleavings of a small
// run and the values that the C++ memory model lets each load return.

#pragma once

// The rings and all they need come first: relacy redefines new, delete and
// more as macros.
#include "core/window/last_n_ring.h"
#include "core/window/time_ring.h"
#include "core/window/window_delta.h"

// clang-format off: relacy must come last
#include <relacy/relacy.hpp>
// clang-format on
#undef new
#undef delete
#undef malloc
#undef free
#undef assert
#undef errno

struct CheckedAtomics {
  // Zero at first, as std::atomic is.
  template <class T>
  struct Atomic : rl::atomic<T> {
    Atomic() : rl::atomic<T>(T()) {}
    Atomic(T value) : rl::atomic<T>(value) {}
  };

  static constexpr auto kRelaxed = rl::mo_relaxed;
  static constexpr auto kAcquire = rl::mo_acquire;
  static constexpr auto kRelease = rl::mo_release;

  template <class T>
  static T Load(const Atomic<T>& cell, rl::memory_order order) {
    return const_cast<Atomic<T>&>(cell).load(order, $);
  }
  template <class T>
  static void Store(Atomic<T>& cell, T value, rl::memory_order order) {
    cell.store(value, order, $);
  }
  static void Pause(int) { rl::yield(1, $); }
};
