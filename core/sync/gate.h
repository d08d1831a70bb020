// Gate: one model's changes become visible together.
//
// The writer applies a commit group to private state first and then publishes
// what the group changed in one short burst of stores between Open() and
// Close(). Whatever a reader collects is valid if no change was open while it
// looked: it is what stood between two groups, with no half of a group in it.
//
// Invariants
// (1) One thread calls Open() and Close(), alternating. Any number of threads
//     read, and no reader ever writes.
// (2) generation_ is odd exactly while a change is open. It never repeats.
// (3) Every datum behind the gate is stored with release while a change is
//     open, and loaded with acquire.
//
// Why Unchanged() suffices: if a reader has loaded any datum of a change, the
// datum's release/acquire pair makes the odd generation stored before it
// visible, so the last load of generation_ cannot return the old value. If it
// has loaded none, all it has is what Close() of the generation seen by
// Enter() published. This is a seqlock without fences; see H. Boehm, "Can
// seqlocks get along with programming language memory models?", MSPC 2012.

#pragma once

#include <cstdint>

namespace plumbline {

template <class A>
class Gate {
 public:
  // One moment between two changes.
  struct View {
    uint64_t generation = 0;
    int64_t now_ms = 0;  // the time of the last change
  };

  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // [Writer] Returns the odd generation of the change.
  uint64_t Open(int64_t now_ms) {
    const uint64_t open = A::Load(generation_, A::kRelaxed) + 1;
    // Relaxed: the release stores that follow carry it to whoever sees them.
    A::Store(generation_, open, A::kRelaxed);
    // Release: whoever reads this time also sees that a change is open.
    A::Store(now_ms_, now_ms, A::kRelease);
    return open;
  }

  // [Writer]
  void Close() {
    // Release: whoever reads the even generation sees the whole change.
    const uint64_t open = A::Load(generation_, A::kRelaxed);
    A::Store(generation_, open + 1, A::kRelease);
  }

  // [Any thread] False while a change is open.
  bool Enter(View* view) const {
    // Acquire: sees all of what this generation's Close() published.
    view->generation = A::Load(generation_, A::kAcquire);
    // Acquire: a time of a later change makes Unchanged() fail.
    view->now_ms = A::Load(now_ms_, A::kAcquire);
    return view->generation % 2 == 0;
  }

  // [Any thread] True if all that was loaded since Enter() is of its moment.
  bool Unchanged(const View& view) const {
    // Relaxed: the acquire loads before it order it; see above.
    return A::Load(generation_, A::kRelaxed) == view.generation;
  }

 private:
  typename A::template Atomic<uint64_t> generation_{0};
  typename A::template Atomic<int64_t> now_ms_{0};
};

}  // namespace plumbline
