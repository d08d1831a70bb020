// Reclaimer: frees objects that the writer has unlinked once no reader can hold
// them.
//
// A reader increments the counter of the epoch that it enters in. When the
// counter of the previous epoch is zero, the writer frees the objects retired
// in that epoch and advances to the next one. (Epoch-based reclamation: K.
// Fraser, "Practical lock-freedom", Cambridge, 2004.)
//
// Invariants
// (1) An object is unlinked before it is retired, so a reader that enters
//     later cannot find it.
// (2) While a reader of epoch e is inside, the epoch is e or e+1.
// (3) An object retired in epoch e-1 is freed when the writer leaves e. By (2),
//     no reader of e-1 is then inside; readers of e entered after the object
//     was unlinked.
//
// Every operation is sequentially consistent: the increment on entry must not
// be reordered with the check that follows it. None of this is on the way of an
// event.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace plumbline {

class Reclaimer {
 public:
  // [Any thread] While a guard lives, no object that was found through
  // published pointers is freed.
  class Guard {
   public:
    explicit Guard(const Reclaimer& reclaimer) : reclaimer_(reclaimer) {
      for (;;) {
        epoch_ = reclaimer_.epoch_.load();
        reclaimer_.inside_[epoch_ % 2].fetch_add(1);
        if (reclaimer_.epoch_.load() == epoch_) return;
        reclaimer_.inside_[epoch_ % 2].fetch_sub(1);
      }
    }
    ~Guard() { reclaimer_.inside_[epoch_ % 2].fetch_sub(1); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    const Reclaimer& reclaimer_;
    uint64_t epoch_;
  };

  Reclaimer() = default;
  Reclaimer(const Reclaimer&) = delete;
  Reclaimer& operator=(const Reclaimer&) = delete;
  ~Reclaimer() {
    for (auto& retired : retired_) Free(&retired);
  }

  // [Writer] REQUIRES: `object` is unlinked.
  template <class T>
  void Retire(const T* object) {
    retired_[epoch_.load() % 2].push_back([object] { delete object; });
  }

  // [Writer] Frees retired objects if possible. Cheap if there are none.
  void Collect() {
    if (retired_[0].empty() && retired_[1].empty()) return;
    const uint64_t epoch = epoch_.load();
    if (inside_[(epoch + 1) % 2].load() != 0) return;
    Free(&retired_[(epoch + 1) % 2]);
    epoch_.store(epoch + 1);
  }

 private:
  using Deleters = std::vector<std::function<void()>>;

  // A deleter may retire further objects.
  static void Free(Deleters* retired) {
    for (const auto& free : std::exchange(*retired, {})) free();
  }

  std::atomic<uint64_t> epoch_{2};
  mutable std::atomic<int64_t> inside_[2] = {0, 0};
  Deleters retired_[2];  // by epoch % 2
};

}  // namespace plumbline
