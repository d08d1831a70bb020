// Seqlock: one model's changes become visible together.
//
// The writer first applies a commit group to private state. It then publishes
// the changes in one short burst of stores between Open() and Close(). A
// reader's copy is valid if no change was open while it read: it then shows the
// state between two groups, never a part of a group.
//
// Invariants
// (1) One thread calls Open() and Close(), alternating. Any number of threads
//     read, and no reader ever writes.
// (2) generation_ is odd exactly while a change is open. It never repeats.
// (3) Every datum behind the seqlock is stored with release while a change is
//     open, and loaded with acquire.
//
// Why Unchanged() suffices: if a reader has loaded any datum of a change, the
// datum's release/acquire pair makes the odd generation stored before it
// visible, so the last load of generation_ cannot return the old value. If it
// has loaded none, it has only values published by Close() of the generation
// that Enter() saw. This is a seqlock without fences; see H. Boehm, "Can
// seqlocks get along with programming language memory models?", MSPC 2012.

#pragma once

#include <cstdint>

namespace plumbline {

template <class A>
class Seqlock {
 public:
  // A point between two changes.
  struct View {
    uint64_t generation = 0;
    int64_t now_ms = 0;  // the time of the last change
  };

  Seqlock() = default;
  Seqlock(const Seqlock&) = delete;
  Seqlock& operator=(const Seqlock&) = delete;

  // [Writer] Returns the odd generation of the change.
  uint64_t Open(int64_t now_ms) {
    const uint64_t open = A::Load(generation_, A::kRelaxed) + 1;
    // Relaxed: the release stores that follow publish it.
    A::Store(generation_, open, A::kRelaxed);
    // Release: a reader of this time also sees the odd generation.
    A::Store(now_ms_, now_ms, A::kRelease);
    return open;
  }

  // [Writer]
  void Close() {
    // Release: a reader of the even generation sees the whole change.
    const uint64_t open = A::Load(generation_, A::kRelaxed);
    A::Store(generation_, open + 1, A::kRelease);
  }

  // [Writer] Odd while a change is open.
  uint64_t generation() const { return A::Load(generation_, A::kRelaxed); }

  // [Any thread] False while a change is open.
  bool Enter(View* view) const {
    // Acquire: sees everything that this generation's Close() published.
    view->generation = A::Load(generation_, A::kAcquire);
    // Acquire: a time of a later change makes Unchanged() fail.
    view->now_ms = A::Load(now_ms_, A::kAcquire);
    return view->generation % 2 == 0;
  }

  // [Any thread] True if everything loaded since Enter() belongs to its view.
  bool Unchanged(const View& view) const {
    // Relaxed: the acquire loads before it order it; see the head of this file.
    return A::Load(generation_, A::kRelaxed) == view.generation;
  }

 private:
  typename A::template Atomic<uint64_t> generation_{0};
  typename A::template Atomic<int64_t> now_ms_{0};
};

}  // namespace plumbline
