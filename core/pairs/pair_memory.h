// PairMemory: the cache of records in front of a store. Clean records are
// evicted when others need their room.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/pairs/dirty_pairs.h"
#include "core/pairs/pair_table.h"

namespace plumbline {

// [Writer]
class PairMemory {
 public:
  PairMemory(PairTable* table, DirtyPairs* dirty)
      : table_(*table), dirty_(*dirty) {}

  // Enables the cache: there is a store. Keeps at most `records` records in
  // memory, as far as dirty records allow.
  void Limit(size_t records);
  // Evicts clean records to make room for `n`, except those of the keys in
  // `held`, which are sorted. Prefers records that do not wait: they are rarely
  // looked up.
  void MakeRoom(size_t n, std::span<const PairKey> held = {});
  // Evicts the records beyond the limit and releases the memory, as far as
  // dirty records allow. REQUIRES: no copy of pairs is being made or saved.
  void Leave();
  // True if Leave() has work to do.
  bool IsOver() const {
    return LacksRoomFor(0) ||
           table_.bytes() / PairTable::kBytesPerRecord > limit_;
  }
  // True if `n` more records would exceed the limit.
  bool LacksRoomFor(size_t n) const { return table_.size() + n > limit_; }
  int64_t bytes() const {
    return static_cast<int64_t>(table_.bytes() + dirty_.bytes());
  }

 private:
  PairTable& table_;
  DirtyPairs& dirty_;
  size_t limit_ = SIZE_MAX;  // records
};

}  // namespace plumbline
