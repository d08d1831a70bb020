// Reclaimer: frees what the writer has unlinked, when no reader can hold it.
//
// Readers mark themselves in the counter of the epoch they entered in. The
// writer moves to the next epoch when the counter of the previous one is zero,
// and then frees what was retired in that previous epoch. (Epoch-based
// reclamation: K. Fraser, "Practical lock-freedom", Cambridge, 2004.)
//
// Invariants
// (1) An object is unlinked before it is retired, so a reader that enters
//     later cannot find it.
// (2) While a reader of epoch e is inside, the epoch is e or e+1.
// (3) What was retired in epoch e-1 is freed on leaving e, when by (2) no
//     reader of e-1 is inside; readers of e entered after it was unlinked.
//
// Every operation is sequentially consistent: entering must not be reordered
// with the check that follows it, and none of this is on the way of an event.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace plumbline {

class Reclaimer {
 public:
  // [Any thread] While it lives, nothing found through published pointers is
  // freed.
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

  // [Writer] Frees what can be freed. Cheap when there is nothing.
  void Collect() {
    if (retired_[0].empty() && retired_[1].empty()) return;
    const uint64_t epoch = epoch_.load();
    if (inside_[(epoch + 1) % 2].load() != 0) return;
    Free(&retired_[(epoch + 1) % 2]);
    epoch_.store(epoch + 1);
  }

 private:
  using Deleters = std::vector<std::function<void()>>;

  // A deleter may retire further objects of its own.
  static void Free(Deleters* retired) {
    for (const auto& free : std::exchange(*retired, {})) free();
  }

  std::atomic<uint64_t> epoch_{2};
  mutable std::atomic<int64_t> inside_[2] = {0, 0};
  Deleters retired_[2];  // by epoch % 2
};

}  // namespace plumbline
