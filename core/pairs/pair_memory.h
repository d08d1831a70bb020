// PairMemory: which records are in memory where there is a store. Those that
// are in the store leave, where others need their room.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/pairs/pair_table.h"
#include "core/pairs/unsaved_pairs.h"

namespace plumbline {

// [Writer]
class PairMemory {
 public:
  PairMemory(PairTable* table, UnsavedPairs* unsaved)
      : table_(*table), unsaved_(*unsaved) {}

  // There is a store, and at most so many records are to be in memory, as far
  // as what has changed and is not in the store allows.
  void Limit(size_t records);
  // Lets records that are in the store leave, to make room for `n`, but for
  // those of the keys that are `held`, which are sorted. Of what it looks at,
  // first what does not wait: that is rarely asked for.
  void MakeRoom(size_t n, std::span<const PairKey> held = {});
  // What came beyond the limit leaves, and the memory goes back, as far as what
  // has changed allows. REQUIRES: no copy of pairs is on its way.
  void Leave();
  // True if there is something for Leave().
  bool IsOver() const {
    return LacksRoomFor(0) ||
           table_.bytes() / PairTable::kBytesPerRecord > limit_;
  }
  // True if more records than are to be would be in memory with `n` more.
  bool LacksRoomFor(size_t n) const { return table_.size() + n > limit_; }
  int64_t bytes() const {
    return static_cast<int64_t>(table_.bytes() + unsaved_.bytes());
  }

 private:
  PairTable& table_;
  UnsavedPairs& unsaved_;
  size_t limit_ = SIZE_MAX;  // records
};

}  // namespace plumbline
