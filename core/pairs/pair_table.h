// PairTable: the records of the join, found by key.
//
// Records are in fixed chunks and never move. An open-addressing index maps a
// key to the first record of its chain. A slot has eight bytes: a tag of the
// hash and a record number. The index has parts that grow one at a time, so
// that no insertion waits for a copy of the whole index.
//
// A lookup misses the cache twice, in the index and in the record. The two
// Prefetch calls let a caller start both for a whole group of events before it
// looks at the first.
//
// Sweep() removes dead records (see AgeCounts::Alive).
//
// Not thread-safe: for the writer only.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "core/pairs/prefetch.h"
#include "core/pairs/record.h"

namespace plumbline {

class PairTable {
 public:
  static constexpr uint32_t kNone = ~uint32_t{0};
  // Bytes charged for a record: itself, its part of an index that is at least
  // half full, and its share of unswept dead records, which are at most an
  // eighth.
  static constexpr int64_t kBytesPerRecord = 88;

  // Allocates from `memory`, which must outlive the table.
  explicit PairTable(std::pmr::memory_resource* memory);
  ~PairTable();
  PairTable(const PairTable&) = delete;
  PairTable& operator=(const PairTable&) = delete;

  // The first record of the key's chain, or kNone.
  uint32_t Find(const PairKey& key) const;
  Record& at(uint32_t record) {
    return chunks_[record / kChunk][record % kChunk];
  }
  const Record& at(uint32_t record) const {
    return chunks_[record / kChunk][record % kChunk];
  }

  // Adds a record with this key at the head of its chain.
  uint32_t Insert(const PairKey& key);
  // Adds a copy of `record` at the head of its chain.
  void InsertCopy(const Record& record);
  // REQUIRES: `record` is in the chain of its key.
  void Remove(uint32_t record);

  // Releases the memory. REQUIRES: there are no records.
  void Clear();

  // Call PrefetchIndex() for many keys first, then PrefetchRecord() for each.
  void PrefetchIndex(const PairKey& key) const;
  void PrefetchRecord(const PairKey& key) const;

  // Looks at the next `n` records, in a circle, and removes those for which
  // `dead` is true. Removal follows a few looks later, when the index lines are
  // in the cache.
  template <class Dead>
  void Sweep(size_t n, Dead dead) {
    while (n > 0 && used_ > 0) {
      RemoveUnlabelled(dead);
      const size_t some = std::min(n, kSweepAhead);
      for (size_t i = 0; i < some; ++i) {
        if (hand_ >= end_) hand_ = 0;
        const Record& record = at(hand_);
        if (record.kind() != RecordKind::kFree && dead(record)) {
          PrefetchIndex(record.key);
          seen_dead_.push_back(hand_);
        }
        ++hand_;
      }
      n -= some;
    }
  }

  // Looks at up to `n` records, in the same circle, until `most` records are
  // left. Removes the whole chain of a record if `may_leave` is true of the
  // record and `leaves` of its key.
  template <class MayLeave, class Leaves>
  void Shrink(size_t n, size_t most, MayLeave may_leave, Leaves leaves) {
    for (; n > 0 && used_ > most; --n) {
      if (hand_ >= end_) hand_ = 0;
      const Record& ahead =
          at(std::min(hand_ + static_cast<uint32_t>(kSweepAhead), end_ - 1));
      if (may_leave(ahead)) PrefetchIndex(ahead.key);
      const Record& record = at(hand_++);
      if (record.kind() == RecordKind::kFree || !may_leave(record)) continue;
      const PairKey key = record.key;
      if (leaves(key)) RemoveChain(key);
    }
  }

  // True if `is` is true for all records of the key's chain.
  template <class Is>
  bool ChainIs(const PairKey& key, Is is) const {
    for (uint32_t r = Find(key); r != kNone; r = at(r).next) {
      if (!is(at(r))) return false;
    }
    return true;
  }

  // Calls `visit` for each record, dead ones included.
  template <class Visit>
  void ForEach(Visit visit) const {
    for (uint32_t i = 0; i < end_; ++i) {
      if (at(i).kind() != RecordKind::kFree) visit(at(i));
    }
  }

  size_t size() const { return used_; }  // records, dead ones included
  // Bytes of memory that has been written to, free records included.
  size_t bytes() const { return end_ * sizeof(Record) + slots_ * sizeof(Slot); }
  size_t circle() const { return end_; }  // number of looks that see all

 private:
  static constexpr uint32_t kChunk = 32768;  // 2 MiB, a huge page
  static constexpr size_t kParts = 16;
  static constexpr size_t kSweepAhead = 16;  // records

  struct Slot {
    uint32_t tag = 0;
    uint32_t record = kNone;
  };
  struct Part {
    std::pmr::vector<Slot> slots;
    size_t used = 0;
  };

  static size_t PartOf(const PairKey& key) { return key.lo >> 60; }
  static uint32_t TagOf(const PairKey& key) {
    return static_cast<uint32_t>(key.hi);
  }
  // The slot where the search for a tag begins.
  static size_t HomeOf(const Part& part, uint32_t tag) {
    return static_cast<size_t>(uint64_t{tag} * part.slots.size() >> 32);
  }
  static size_t After(const Part& part, size_t slot) {
    return slot + 1 == part.slots.size() ? 0 : slot + 1;
  }
  // The slot of the key, or the free slot where its search ends.
  size_t SlotOf(const Part& part, const PairKey& key) const;
  void Grow(Part* part);
  void EraseSlot(Part* part, size_t slot);
  void RemoveChain(const PairKey& key);
  // Removes the records in seen_dead_. Checks each again, as its number may
  // have been reused. Removes all dead records of a chain in one pass, because
  // each removal on its own searches from the head.
  template <class Dead>
  void RemoveUnlabelled(Dead dead) {
    for (const uint32_t number : seen_dead_) {
      const Record& record = at(number);
      if (record.kind() == RecordKind::kFree || !dead(record)) continue;
      Part& part = parts_[PartOf(record.key)];
      const size_t slot = SlotOf(part, record.key);
      for (uint32_t* link = &part.slots[slot].record; *link != kNone;) {
        const uint32_t next = *link;
        if (!dead(at(next))) {
          link = &at(next).next;
          continue;
        }
        *link = at(next).next;
        Free(next);
      }
      if (part.slots[slot].record == kNone) EraseSlot(&part, slot);
    }
    seen_dead_.clear();
  }
  void Free(uint32_t record);
  void FreeChunks();

  std::pmr::memory_resource* const memory_;
  std::vector<Part> parts_;
  std::vector<Record*> chunks_;  // not initialised before use
  uint32_t end_ = 0;             // records ever used
  uint32_t free_ = kNone;        // list of free records
  uint32_t hand_ = 0;            // next record of the circle
  std::vector<uint32_t> seen_dead_;
  size_t used_ = 0;
  size_t slots_ = 0;  // of all parts
};

inline size_t PairTable::SlotOf(const Part& part, const PairKey& key) const {
  const uint32_t tag = TagOf(key);
  for (size_t i = HomeOf(part, tag);; i = After(part, i)) {
    const Slot& slot = part.slots[i];
    if (slot.record == kNone) return i;
    if (slot.tag == tag && at(slot.record).key == key) return i;
  }
}

inline uint32_t PairTable::Find(const PairKey& key) const {
  const Part& part = parts_[PartOf(key)];
  return part.slots[SlotOf(part, key)].record;
}

inline void PairTable::PrefetchIndex(const PairKey& key) const {
  const Part& part = parts_[PartOf(key)];
  Prefetch(&part.slots[HomeOf(part, TagOf(key))]);
}

inline void PairTable::PrefetchRecord(const PairKey& key) const {
  const Part& part = parts_[PartOf(key)];
  const uint32_t tag = TagOf(key);
  for (size_t i = HomeOf(part, tag); part.slots[i].record != kNone;
       i = After(part, i)) {
    if (part.slots[i].tag != tag) continue;
    Prefetch(&at(part.slots[i].record));
    return;
  }
}

}  // namespace plumbline
