// UnsavedPairs: which pairs have changed since they were last saved in a store,
// and a copy of those, as they were at one moment, while the writer goes on.
//
// A chain (all records of one key) is saved as a whole, and where one of its
// records changes all of them count as changed: so many are copied, and none
// may leave memory meanwhile. Begin() fixes the
// moment: the chains that have changed before it wait for their copy, and
// CopySome() makes a few at a time, between commit groups. One that is about
// to change again is copied first (copy on write), so that the copy as a whole
// is of that one moment. When it is in the store, Saved() is called, and its
// records may leave memory, until they change again.
//
// A record says in three bits what is the case with it (Record::unsaved):
//
//     0      in the store as it is here, or there is no store
//     1, 2   has changed; the copies that Begin() starts take turns in what
//            they copy, so that what waits and what has changed since differ
//     3..7   copied, by one of the last copies. While that one is not in the
//            store, the record must stay. Of older ones all are there; that a
//            number is used again after five copies keeps a record a while
//            longer than needed, no more.
//
// A record that is forgotten (see Ledger::Alive) but has changed stays as well:
// the store holds it as it was, and would give it back alive.

#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/pairs/pair_table.h"

namespace plumbline {

class UnsavedPairs {
 public:
  explicit UnsavedPairs(PairTable* table) : table_(table) {}

  // There is a store. Before the first record. `changed`: how many records may
  // have changed at most, for whose numbers room is kept.
  void Enable(size_t changed) {
    enabled_ = true;
    changed_.reserve(changed);
    waiting_.reserve(changed);
  }
  bool enabled() const { return enabled_; }

  // To be called before a chain changes ...
  void BeforeChange(const PairKey& key) {
    if (next_ < waiting_.size()) CopyIfWaiting(key);
  }
  // ... and for each record that has changed or was added.
  void Mark(uint32_t number) {
    if (!enabled_) return;
    Record& record = table_->at(number);
    if (record.unsaved == turn_) return;
    record.unsaved = turn_;
    changed_.push_back(number);
  }

  // How many have changed since the last Begin().
  size_t changed() const { return changed_.size(); }
  // How many of the last Begin() are to be copied yet, at most.
  size_t waiting() const { return waiting_.size() - next_; }
  bool MayLeave(const Record& record) const {
    return record.unsaved == 0 || (record.unsaved >= kFirstTag &&
                                   (!saving_ || record.unsaved != tag_));
  }

  // REQUIRES: the last copy was taken, and Saved() called.
  void Begin();
  // Records that cannot leave memory, at most.
  size_t held() const { return changed_.size() + (saving_ ? copied_ : 0); }
  // Of the copy, and of what is known of each record that has changed.
  size_t bytes() const {
    return (changed_.size() + waiting_.size()) * sizeof(uint32_t) +
           copied_ * sizeof(Record);
  }

  // All records have left memory. REQUIRES: no copy is on its way.
  void Clear() {
    changed_.clear();
    std::vector<Record>().swap(copy_);
    copied_ = 0;
  }

  // Copies up to `n` of the chains that wait. True when none waits any more.
  bool CopySome(size_t n);
  // The copy, when it is complete: whole chains, the records of one key in a
  // row. `next` has no meaning in them.
  std::vector<Record> Take() { return std::exchange(copy_, {}); }
  // The copy is in the store. Its memory, to be used again.
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
  static constexpr size_t kAhead = 8;  // records fetched

  uint64_t waiting_turn() const { return 3 - turn_; }
  void CopyIfWaiting(const PairKey& key);
  void Copy(const PairKey& key);

  PairTable* const table_;
  bool enabled_ = false;
  bool saving_ = false;
  uint64_t turn_ = 1;
  uint64_t tag_ = kLastTag;
  std::vector<uint32_t> changed_;  // numbers; one may be of another record now
  std::vector<uint32_t> waiting_;  // likewise
  size_t next_ = 0;                // in waiting_
  std::vector<Record> copy_;
  size_t copied_ = 0;  // records, of the last copy
};

}  // namespace plumbline
