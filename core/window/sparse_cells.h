// SparseCells: 64-bit counters by key in bounded memory. Few of the possible
// keys are in use.
//
// The counters are an open-addressing table. When it is full, it first grows up
// to its limit. Then counters that are back at 0 make room. Then keys that lie
// close together merge, as the policy defines. A policy has
//
//     Key                     an unsigned integer; 0 is no key
//     Merged(key, level)      the merged key at a level. Keys that are merged
//                             at a level stay merged at every later one
//     NextLevel(level, keys)  a later level, with fewer merged keys than
//                             `keys` (as merged at `level`, in order)
//     kMixed                  a bit of the counter that tells that several keys
//                             are merged in it, or 0
//
// An entry keeps the first of its merged keys.
//
// Invariants
// (1) One thread writes, between Open() and Close() of the model's seqlock. Any
//     thread reads, through Collect().
// (2) A table that was replaced by a larger one stays until the destructor,
//     because a reader may still read it. Collect() drops what it reads there.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace plumbline {

// A reader's copy. In a sum the entries have no order, and a key can occur
// twice.
struct SparseCounts {
  uint32_t level = 0;
  std::vector<std::pair<uint32_t, uint64_t>> entries;  // (key, counter)

  void Clear() {
    level = 0;
    entries.clear();
  }
  void Add(const SparseCounts& other) {
    level = std::max(level, other.level);
    entries.insert(entries.end(), other.entries.begin(), other.entries.end());
  }
  // One entry for each key as merged at the level, in ascending order.
  template <class Policy>
  SparseCounts Merged() const;

  // See core/codec/archive.h.
  template <class Archive>
  void Fields(Archive& archive);
};

// The first and the largest size of a table.
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
    Add({key, false, delta}, size);
  }

  // [Writer] Adds each (key, delta). For many, sums consecutive ones with the
  // same merged key before they reach the table.
  void AddAll(const std::vector<std::pair<uint32_t, int64_t>>& adds,
              SparseSize size) {
    constexpr size_t kMany = 64;
    if (adds.size() < kMany) {
      for (const auto& [key, delta] : adds) Add(key, delta, size);
      return;
    }
    // Uses the level of now throughout: keys merged at it stay merged later.
    const Table* t = A::Load(table_, A::kRelaxed);
    const uint32_t level = t == nullptr ? 0 : A::Load(t->level, A::kRelaxed);
    struct Place {
      uint32_t merged;
      Change change;
    };
    constexpr size_t kPlaces = 256;
    std::array<Place, kPlaces> places = {};
    for (const auto& [key, delta] : adds) {
      const uint32_t merged = Policy::Merged(key, level);
      auto& [there, change] = places[merged % kPlaces];
      if (change.key != 0 && there == merged) {
        change.mixed = change.mixed || change.key != key;
        change.delta += delta;
        continue;
      }
      if (change.delta != 0) Add(change, size);
      there = merged;
      change = {key, false, delta};
    }
    for (const Place& place : places) {
      if (place.change.delta != 0) Add(place.change, size);
    }
  }

  // [Writer] Restores the counters of another table, which may have had more
  // room.
  void Restore(const SparseCounts& counts, SparseSize size) {
    if (counts.entries.empty()) return;
    Table* t = Grow(nullptr, size.first);
    while (t->size < counts.entries.size() && t->size < size.most) {
      t = Grow(t, std::min(4 * t->size, size.most));
    }
    A::Store(t->level, counts.level, A::kRelease);
    for (const auto& entry : counts.entries) {
      while (!AddTo(t, ChangeOf(entry))) t = MakeRoom(t, size);
    }
  }

  // [Writer] Adds the counters of another table.
  void Absorb(const SparseCounts& counts, SparseSize size) {
    if (counts.entries.empty()) return;
    Table* t = A::Load(table_, A::kRelaxed);
    if (t == nullptr) t = Grow(nullptr, size.first);
    if (counts.level > A::Load(t->level, A::kRelaxed)) {
      const auto own = Take(t);
      Empty(t);
      A::Store(t->level, counts.level, A::kRelease);
      for (const auto& entry : own) AddTo(t, ChangeOf(entry));
    }
    for (const auto& entry : counts.entries) Add(ChangeOf(entry), size);
  }

  // [Writer]
  void Clear() {
    Table* t = A::Load(table_, A::kRelaxed);
    if (t == nullptr) return;
    Empty(t);
    A::Store(t->level, uint32_t{0}, A::kRelease);
  }

  // [Any thread] Copies all entries, those of 0 included.
  void CopyTo(SparseCounts* out) const {
    out->Clear();
    // Acquire: sees the published table.
    const Table* t = A::Load(table_, A::kAcquire);
    if (t == nullptr) return;
    // Acquire, here and below: required by the seqlock's invariant (3).
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
    uint32_t used = 0;  // for the writer only
    typename A::template Atomic<uint32_t> level{0};
    Table* before;
    std::unique_ptr<Key[]> keys;
    std::unique_ptr<Count[]> counts;
  };

  // A change of a key; `mixed`: others with the same merged key are included.
  struct Change {
    uint32_t key;
    bool mixed;
    int64_t delta;
  };

  void Add(const Change& change, SparseSize size) {
    Table* t = A::Load(table_, A::kRelaxed);
    if (t == nullptr) t = Grow(nullptr, size.first);
    while (!AddTo(t, change)) t = MakeRoom(t, size);
  }

  static uint32_t PlaceOf(uint32_t merged, uint32_t size) {
    constexpr uint32_t kGoldenRatio = 0x9e3779b9;
    return static_cast<uint32_t>(uint64_t{merged * kGoldenRatio} * size >> 32);
  }

  // False if the table is full.
  static bool AddTo(Table* t, const Change& change) {
    const auto [key, mixed, delta] = change;
    const uint32_t level = A::Load(t->level, A::kRelaxed);
    const uint32_t merged = Policy::Merged(key, level);
    uint32_t i = PlaceOf(merged, t->size);
    for (uint32_t looked = 0; looked < t->size; ++looked) {
      const uint32_t there = A::Load(t->keys[i], A::kRelaxed);
      if (there == 0) {
        ++t->used;
        A::Store(t->keys[i], static_cast<typename Policy::Key>(key),
                 A::kRelease);
        A::Store(t->counts[i],
                 static_cast<uint64_t>(delta) | (mixed ? Policy::kMixed : 0),
                 A::kRelease);
        return true;
      }
      if (Policy::Merged(there, level) == merged) {
        // Counters are never negative, so the sum does not change the bit
        // kMixed.
        uint64_t count =
            A::Load(t->counts[i], A::kRelaxed) + static_cast<uint64_t>(delta);
        if (mixed || there != key) count |= Policy::kMixed;
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
    // Free room for a few would be used up immediately.
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
    for (const auto& entry : entries) AddTo(t, ChangeOf(entry));
    return t;
  }

  static Change ChangeOf(const std::pair<uint32_t, uint64_t>& entry) {
    const auto [key, count] = entry;
    return {key, (count & Policy::kMixed) != 0,
            static_cast<int64_t>(count & ~Policy::kMixed)};
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
    // Release: publishes the empty table.
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
