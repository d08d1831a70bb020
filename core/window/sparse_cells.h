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
#include <array>
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

  // See core/codec/archive.h.
  template <class Archive>
  void Fields(Archive& archive);
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
    Add({key, false, delta}, size);
  }

  // [Writer] Adds each (key, delta). Of many, those in a row that count as one
  // are summed before they come to the table.
  void AddAll(const std::vector<std::pair<uint32_t, int64_t>>& adds,
              SparseSize size) {
    constexpr size_t kMany = 64;
    if (adds.size() < kMany) {
      for (const auto& [key, delta] : adds) Add(key, delta, size);
      return;
    }
    // The level stays that of now: what is one then, is one later.
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

  // [Writer] As another table was, which may have had room for more.
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

  // [Writer] Adds what another table counts.
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

  // Of a key and others that count as it does, if it is mixed.
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

  // False if there is no room.
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
        // Counters are never below 0, so the bit above them stays as it is.
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
