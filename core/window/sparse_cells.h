// SparseCells: 64-bit counters by a key, of which few are in use, in bounded
// memory.
//
// An open-addressing table. When more keys come than it has room for, it grows
// as far as it may; then counters that are back at 0 make room; and then keys
// that lie close together are counted as one, as the policy says. A policy has
//
//     Key                     an unsigned integer; 0 is no key
//     Merged(key, level)      what the key counts as at a level. Keys that are
//                             one at a level are so at every later one
//     NextLevel(level, keys)  a later level, at which these (as merged at
//                             `level`, in order) are fewer
//     kMixed                  a bit of the counter that says that several keys
//                             are merged in it, or 0
//
// An entry keeps the first of its keys.
//
// Invariants
// (1) One thread writes, between Open() and Close() of the model's gate. Any
//     thread reads, through Collect().
// (2) A table that a larger one has replaced stays until the destructor, as a
//     reader may look at it; Collect() does not keep what it finds there.

#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace plumbline {

// What a reader copies. In a sum, of any order, and a key can be there twice.
struct SparseCounts {
  uint32_t level = 0;
  std::vector<std::pair<uint32_t, uint64_t>> entries;  // by key

  void Clear() {
    level = 0;
    entries.clear();
  }
  void Add(const SparseCounts& other) {
    level = std::max(level, other.level);
    entries.insert(entries.end(), other.entries.begin(), other.entries.end());
  }
  // One entry for each key, as merged at the level, in order.
  template <class Policy>
  SparseCounts Merged() const;
};

// How large a table is at first, and at most.
struct SparseSize {
  uint32_t first;
  uint32_t most;
};

template <class A, class Policy>
class SparseCells {
 public:
  SparseCells() = default;
  SparseCells(const SparseCells&) = delete;
  SparseCells& operator=(const SparseCells&) = delete;
  ~SparseCells() {
    for (Table* t = A::Load(table_, A::kRelaxed); t != nullptr;) {
      Table* const before = t->before;
      delete t;
      t = before;
    }
  }

  // [Writer] REQUIRES: `size` is the same in each call.
  void Add(uint32_t key, int64_t delta, SparseSize size) {
    Table* t = A::Load(table_, A::kRelaxed);
    if (t == nullptr) t = Grow(nullptr, size.first);
    for (;;) {
      if (AddTo(t, key, static_cast<uint64_t>(delta))) return;
      t = MakeRoom(t, size);
    }
  }

  // [Writer] As another table was.
  void Restore(const SparseCounts& counts, SparseSize size) {
    if (counts.entries.empty()) return;
    Table* t = Grow(nullptr, size.first);
    while (t->size < counts.entries.size() && t->size < size.most) {
      t = Grow(t, std::min(4 * t->size, size.most));
    }
    A::Store(t->level, counts.level, A::kRelease);
    for (const auto& [key, count] : counts.entries) {
      AddTo(t, key, count & ~Policy::kMixed);
      if ((count & Policy::kMixed) != 0) SetMixed(t, key);
    }
  }

  // [Writer]
  void Clear() {
    Table* t = A::Load(table_, A::kRelaxed);
    if (t == nullptr) return;
    Empty(t);
    A::Store(t->level, uint32_t{0}, A::kRelease);
  }

  // [Any thread] Entries of 0, too.
  void CopyTo(SparseCounts* out) const {
    out->Clear();
    // Acquire: sees the table as it was published.
    const Table* t = A::Load(table_, A::kAcquire);
    if (t == nullptr) return;
    // Acquire, here and below: as the gate's invariant (3) asks.
    out->level = A::Load(t->level, A::kAcquire);
    for (uint32_t i = 0; i < t->size; ++i) {
      const uint32_t key = A::Load(t->keys[i], A::kAcquire);
      if (key != 0) {
        out->entries.emplace_back(key, A::Load(t->counts[i], A::kAcquire));
      }
    }
  }

  static int64_t HeapBytes(SparseSize size) {
    int64_t bytes = 0;
    for (uint32_t n = size.first;; n = std::min(4 * n, size.most)) {
      bytes += static_cast<int64_t>(sizeof(Table) +
                                    n * (sizeof(Key) + sizeof(Count)));
      if (n >= size.most) return bytes;
    }
  }

 private:
  using Key = typename A::template Atomic<typename Policy::Key>;
  using Count = typename A::template Atomic<uint64_t>;
  struct Table {
    uint32_t size;
    uint32_t used = 0;  // the writer's
    typename A::template Atomic<uint32_t> level{0};
    Table* before;
    std::unique_ptr<Key[]> keys;
    std::unique_ptr<Count[]> counts;
  };

  static uint32_t PlaceOf(uint32_t merged, uint32_t size) {
    constexpr uint32_t kGoldenRatio = 0x9e3779b9;
    return static_cast<uint32_t>(uint64_t{merged * kGoldenRatio} * size >> 32);
  }

  // False if there is no room.
  static bool AddTo(Table* t, uint32_t key, uint64_t delta) {
    const uint32_t level = A::Load(t->level, A::kRelaxed);
    const uint32_t merged = Policy::Merged(key, level);
    uint32_t i = PlaceOf(merged, t->size);
    for (uint32_t looked = 0; looked < t->size; ++looked) {
      const uint32_t there = A::Load(t->keys[i], A::kRelaxed);
      if (there == 0) {
        ++t->used;
        A::Store(t->keys[i], static_cast<typename Policy::Key>(key),
                 A::kRelease);
        A::Store(t->counts[i], delta, A::kRelease);
        return true;
      }
      if (Policy::Merged(there, level) == merged) {
        // Counters are never below 0, so the bit above them stays as it is.
        uint64_t count = A::Load(t->counts[i], A::kRelaxed) + delta;
        if (there != key) count |= Policy::kMixed;
        A::Store(t->counts[i], count, A::kRelease);
        return true;
      }
      if (++i == t->size) i = 0;
    }
    return false;
  }

  Table* MakeRoom(Table* t, SparseSize size) {
    const auto entries = Take(t);
    Empty(t);
    // Room for a few would be used up at once.
    const bool full = entries.size() > t->size - t->size / 8;
    if (full && t->size < size.most) {
      t = Grow(t, std::min(4 * t->size, size.most));
    } else if (full) {
      const uint32_t level = A::Load(t->level, A::kRelaxed);
      std::vector<uint32_t> keys;
      for (const auto& [key, count] : entries) {
        keys.push_back(Policy::Merged(key, level));
      }
      std::sort(keys.begin(), keys.end());
      A::Store(t->level, Policy::NextLevel(level, keys), A::kRelease);
    }
    for (const auto& [key, count] : entries) {
      AddTo(t, key, count & ~Policy::kMixed);
      if ((count & Policy::kMixed) != 0) SetMixed(t, key);
    }
    return t;
  }

  static void SetMixed(Table* t, uint32_t key) {
    const uint32_t level = A::Load(t->level, A::kRelaxed);
    const uint32_t merged = Policy::Merged(key, level);
    for (uint32_t i = PlaceOf(merged, t->size);; i = (i + 1) % t->size) {
      if (Policy::Merged(A::Load(t->keys[i], A::kRelaxed), level) != merged) {
        continue;
      }
      A::Store(t->counts[i],
               A::Load(t->counts[i], A::kRelaxed) | Policy::kMixed,
               A::kRelease);
      return;
    }
  }

  // The entries that are not 0.
  static std::vector<std::pair<uint32_t, uint64_t>> Take(const Table* t) {
    std::vector<std::pair<uint32_t, uint64_t>> entries;
    for (uint32_t i = 0; i < t->size; ++i) {
      const uint64_t count = A::Load(t->counts[i], A::kRelaxed);
      if ((count & ~Policy::kMixed) == 0) continue;
      entries.emplace_back(A::Load(t->keys[i], A::kRelaxed), count);
    }
    return entries;
  }

  static void Empty(Table* t) {
    t->used = 0;
    for (uint32_t i = 0; i < t->size; ++i) {
      A::Store(t->keys[i], typename Policy::Key{0}, A::kRelease);
      A::Store(t->counts[i], uint64_t{0}, A::kRelease);
    }
  }

  Table* Grow(Table* old, uint32_t size) {
    auto* grown = new Table{size,
                            0,
                            {},
                            old,
                            std::unique_ptr<Key[]>(new Key[size]()),
                            std::unique_ptr<Count[]>(new Count[size]())};
    if (old != nullptr) {
      A::Store(grown->level, A::Load(old->level, A::kRelaxed), A::kRelease);
    }
    // Release: publishes the table, which has nothing in it.
    A::Store(table_, grown, A::kRelease);
    return grown;
  }

  typename A::template Atomic<Table*> table_{nullptr};
};

template <class Policy>
SparseCounts SparseCounts::Merged() const {
  struct Item {
    uint32_t merged;
    uint32_t key;
    uint64_t count;
  };
  std::vector<Item> items;
  items.reserve(entries.size());
  for (const auto& [key, count] : entries) {
    if ((count & ~Policy::kMixed) == 0) continue;
    items.push_back({Policy::Merged(key, level), key, count});
  }
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.merged != b.merged ? a.merged < b.merged : a.key < b.key;
  });
  SparseCounts merged;
  merged.level = level;
  uint32_t last = 0;
  for (const Item& item : items) {
    auto& to = merged.entries;
    if (to.empty() || last != item.merged) {
      to.emplace_back(item.key, item.count);
      last = item.merged;
      continue;
    }
    auto& [key, count] = to.back();
    const bool mixed =
        key != item.key || ((count | item.count) & Policy::kMixed) != 0;
    count = (count & ~Policy::kMixed) + (item.count & ~Policy::kMixed);
    if (mixed) count |= Policy::kMixed;
  }
  return merged;
}

}  // namespace plumbline
