// DirtyPairs: the dirty pairs, which have changed since they were last saved
// in a store, and a copy of them as of one moment, made while the writer
// continues.
//
// A chain (all records of one key) is saved as a whole. If one of its records
// changes, all of them count as dirty: none may leave memory before all are
// copied and saved. Begin() fixes the moment of a copy: the chains that are
// dirty then wait, and CopySome() copies a few at a time, between commit
// groups. A waiting chain that is about to change again is copied first (copy
// on write), so the whole copy is of that one moment. Saved() tells that the
// copy is in the store. Its records may then leave memory, until they change
// again.
//
// Three bits of a record hold its state (Record::dirty):
//
//     0      clean: the store has the same, or there is no store
//     1, 2   dirty. Copies alternate between the two values, so that waiting
//            chains differ from chains that have changed since Begin()
//     3..7   copied, by one of the last five copies. While the latest copy is
//            not in the store, its records must stay in memory. All older ones
//            are in the store. A value is reused after five copies; an old
//            record with it then stays somewhat longer than needed
//
// A dirty record that is forgotten (see AgeCounts::Alive) must stay as well:
// the store still holds its old version, and would return it as alive.

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/pairs/pair_table.h"

namespace plumbline {

class DirtyPairs {
 public:
  explicit DirtyPairs(PairTable* table) : table_(table) {}

  // Enables tracking: there is a store. Call before the first record.
  // `changed`: largest number of dirty records, which memory is reserved for.
  void Enable(size_t changed) {
    enabled_ = true;
    changed_.reserve(changed);
    waiting_.reserve(changed);
  }
  bool enabled() const { return enabled_; }

  // Call before a chain changes.
  void BeforeChange(const PairKey& key) {
    if (next_ < waiting_.size()) CopyIfWaiting(key);
  }
  // Call for each record that was changed or added.
  void Mark(uint32_t number) {
    if (!enabled_) return;
    Record& record = table_->at(number);
    if (record.dirty == turn_) return;
    record.dirty = turn_;
    changed_.push_back(number);
  }

  // Number of records that have changed since the last Begin().
  size_t changed() const { return changed_.size(); }
  // Number of records of the last Begin() that still wait for their copy, at
  // most.
  size_t waiting() const { return waiting_.size() - next_; }
  bool MayLeave(const Record& record) const {
    return record.dirty == 0 ||
           (record.dirty >= kFirstTag && (!saving_ || record.dirty != tag_));
  }

  // Starts a copy. REQUIRES: the last copy was taken, and Saved() called.
  void Begin();
  // Upper bound of the number of records that cannot leave memory.
  size_t held() const { return changed_.size() + (saving_ ? copied_ : 0); }
  // Bytes of the copy and of the lists of dirty records.
  size_t bytes() const {
    return (changed_.size() + waiting_.size()) * sizeof(uint32_t) +
           copied_ * sizeof(Record);
  }

  // Call when all records have left memory. REQUIRES: no copy is being made or
  // saved.
  void Clear() {
    changed_.clear();
    std::vector<Record>().swap(copy_);
    copied_ = 0;
  }

  // Copies up to `n` of the waiting chains. True once none waits.
  bool CopySome(size_t n);
  // Takes the complete copy: whole chains, with the records of one key in a
  // row. `next` of its records has no meaning.
  std::vector<Record> Take() { return std::exchange(copy_, {}); }
  // The copy is in the store. `copy` returns its memory for reuse.
  void Saved(std::vector<Record> copy = {}) {
    saving_ = false;
    copy.clear();
    copy_ = std::move(copy);
    waiting_.clear();
    next_ = 0;
  }

 private:
  static constexpr uint64_t kFirstTag = 3;
  static constexpr uint64_t kLastTag = 7;
  static constexpr size_t kAhead = 8;  // records to prefetch

  uint64_t waiting_turn() const { return 3 - turn_; }
  void CopyIfWaiting(const PairKey& key);
  void Copy(const PairKey& key);

  PairTable* const table_;
  bool enabled_ = false;
  bool saving_ = false;
  uint64_t turn_ = 1;
  uint64_t tag_ = kLastTag;
  std::vector<uint32_t> changed_;  // numbers; one may be reused by now
  std::vector<uint32_t> waiting_;  // likewise
  size_t next_ = 0;                // index in waiting_
  std::vector<Record> copy_;
  size_t copied_ = 0;  // records of the last copy
};

}  // namespace plumbline
