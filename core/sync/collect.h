// Collect: a consistent copy of many slots, taken while the writer continues.
//
// A plain seqlock over a whole window starves: copying 60 slots of a large
// matrix takes longer than the writer pauses between two groups. But one group
// changes few slots. So a reader keeps the slots that it has copied, and each
// new attempt copies only those with a newer stamp. An attempt that finds no
// newer stamp within one generation of the seqlock holds a consistent copy (the
// double collect of Y. Afek et al., "Atomic snapshots of shared memory", JACM
// 40, 1993).
//
// A slot that is copied while a change of other slots is open is still valid:
// its stamp shows that. A stamp younger than the entered generation belongs to
// a change that may be incomplete, so the reader drops that copy.

#pragma once

#include <cstdint>
#include <vector>

#include "core/sync/seqlock.h"

namespace plumbline {

// Copies the slots 0 to count-1. `stamp_of(i)` and `copy(i)` access slot i;
// `copy` overwrites an earlier copy of the same slot. Returns the view that all
// copies belong to.
template <class A, class StampOf, class Copy>
typename Seqlock<A>::View Collect(const Seqlock<A>& seqlock, size_t count,
                                  StampOf stamp_of, Copy copy) {
  constexpr uint64_t kNotHeld = ~uint64_t{0};
  std::vector<uint64_t> held(count, kNotHeld);
  for (int attempt = 0;; ++attempt) {
    if (attempt > 0) A::Pause(attempt);
    typename Seqlock<A>::View view;
    if (!seqlock.Enter(&view)) continue;
    bool complete = true;
    for (size_t i = 0; i < count; ++i) {
      const uint64_t stamp = stamp_of(i);
      if (stamp == held[i]) continue;
      held[i] = kNotHeld;
      if (stamp > view.generation) {
        complete = false;
        continue;
      }
      copy(i);
      if (stamp_of(i) == stamp) {
        held[i] = stamp;
      } else {
        complete = false;
      }
    }
    if (complete && seqlock.Unchanged(view)) return view;
  }
}

}  // namespace plumbline
