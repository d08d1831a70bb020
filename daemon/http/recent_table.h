// RecentTable: values noted in the last kRemembered, in bounded memory. Of two
// keys with the same slot the later one stays.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/hash/id_hash.h"

namespace plumbline {

// Keys are hashed with a secret, so clients cannot force collisions. Not
// thread-safe.
template <class Value>
class RecentTable {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kRemembered{60};

  explicit RecentTable(size_t size) : size_(size) {}

  void Note(const IdHash& key, Value value, Time now) {
    // Allocated at first use: most daemons never need it.
    if (slots_.empty()) slots_.resize(size_);
    slots_[key.lo % size_] = {key.hi, now, value, true};
  }
  std::optional<Value> Find(const IdHash& key, Time now) const {
    if (slots_.empty()) return std::nullopt;
    const Slot& slot = slots_[key.lo % size_];
    if (!slot.used || slot.tag != key.hi || now - slot.time >= kRemembered) {
      return std::nullopt;
    }
    return slot.value;
  }
  void Clear() { slots_.clear(); }

 private:
  struct Slot {
    uint64_t tag = 0;
    Time time;
    Value value{};
    bool used = false;
  };

  const size_t size_;
  std::vector<Slot> slots_;
};

}  // namespace plumbline
