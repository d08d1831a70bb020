// Ledger: how much a version (its predictions) or a model (its labels)
// remembers, counted by age bucket.
//
// Dropping a bucket drops its counts; the records themselves are recognised as
// dead by Alive() when they are next met, and swept in passing.
//
// Forgetting at the bound takes what is joined out of a bucket and leaves what
// waits. A record that is joined later must not count as forgotten, so the
// bucket keeps the number that the next join had then: joined records with a
// smaller number are dead.

#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/pairs/age_clock.h"
#include "core/pairs/record.h"

namespace plumbline {

class Ledger {
 public:
  struct Counts {
    uint64_t waiting = 0;
    uint64_t joined = 0;
    uint64_t past = 0;  // past labels
    uint64_t waiting_details = 0;
    uint64_t joined_details = 0;
    uint64_t total() const {
      return waiting + joined + past + waiting_details + joined_details;
    }
  };

  // The ledger marks in `ages` which buckets it uses, and keeps `model` and
  // `all` (records remembered of its model, and in all) up to date.
  Ledger(AgeClock* ages, uint64_t* model, uint64_t* all)
      : ages_(ages), model_(model), all_(all) {}
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger() {
    if (!buckets_.empty()) DropAll();
  }

  const Counts& counts() const { return total_; }
  bool empty() const { return buckets_.empty(); }
  // True if it has changed since this was asked last.
  bool TakeChanged() { return std::exchange(changed_, false); }

  // Adds to (or, negative, takes from) the bucket `age`. A bucket that is not
  // there is opened if it is the youngest; else the change is dropped, as the
  // record it is about is dead.
  void AddWaiting(uint32_t age, int64_t n) { Add(age, &Counts::waiting, n); }
  void AddJoined(uint32_t age, int64_t n) { Add(age, &Counts::joined, n); }
  // Of predictions that wait, or are joined.
  void AddWaitingDetails(uint32_t age, int64_t n) {
    Add(age, &Counts::waiting_details, n);
  }
  void AddJoinedDetails(uint32_t age, int64_t n) {
    Add(age, &Counts::joined_details, n);
  }
  // A past label may be of any age that is alive; `number` is its number.
  void AddPast(uint32_t age, uint64_t number);
  void RemovePast(uint32_t age) { Add(age, &Counts::past, -1); }

  // True if the record (which this ledger counts) is remembered.
  bool Alive(const Record& record) const {
    const Bucket* bucket = Find(record.age);
    return bucket != nullptr && bucket->Holds(record);
  }

  // What is remembered of the records of one bucket.
  struct Mark {
    uint32_t age = 0;
    bool evicted = false;          // all that waited
    uint64_t forgotten_below = 0;  // joined numbers
    uint64_t evicted_below = 0;    // numbers of what waited

    bool Holds(const Record& record) const {
      return record.joined ? record.number() >= forgotten_below
                           : !evicted && record.number() >= evicted_below;
    }
  };
  // Null if nothing of that age is remembered.
  const Mark* MarkOf(uint32_t age) const { return Find(age); }
  // By age; a record of another age is not remembered.
  std::vector<Mark> Marks() const { return {buckets_.begin(), buckets_.end()}; }

  // The bucket's number, or the given one if there is none that holds
  // something joined (or waiting).
  uint32_t OldestJoined(uint32_t none) const;
  uint32_t OldestWaiting(uint32_t none) const;

  // Drop the bucket `age`, or a part of it, and return what was dropped.
  // `next_number` is the number that the next joined record will have.
  Counts Expire(uint32_t age);
  Counts ForgetJoined(uint32_t age, uint64_t next_number);
  Counts EvictWaiting(uint32_t age);
  // The same of a bucket that goes on taking receipts: those are of the number
  // `next` or later ones.
  Counts EvictWaiting(uint32_t age, uint64_t next);
  Counts EvictAllWaiting();
  Counts DropAll();

  // See core/codec/archive.h. REQUIRES: to load, that it is empty, and that the
  // ages that it was saved with are there.
  template <class Archive>
  void Fields(Archive& archive);
  // Of format 8, which had these behind all else.
  void LoadEvictedBelow(Load* load);

 private:
  struct Bucket : Mark {
    Counts counts;
  };

  void Add(uint32_t age, uint64_t Counts::*count, int64_t n);
  const Bucket* Find(uint32_t age) const;
  Bucket* Find(uint32_t age) {
    return const_cast<Bucket*>(std::as_const(*this).Find(age));
  }
  void EraseIfEmpty(uint32_t age);
  void LoadFormer(Load* load);
  bool TakeLoaded();
  Counts TakeWaiting(Bucket* bucket);
  void Subtract(const Counts& counts);

  AgeClock* const ages_;
  uint64_t* const model_;
  uint64_t* const all_;
  Counts total_;
  bool changed_ = true;
  std::deque<Bucket> buckets_;  // by age
};

inline const Ledger::Bucket* Ledger::Find(uint32_t age) const {
  // Most ask for the youngest.
  if (!buckets_.empty() && buckets_.back().age == age) return &buckets_.back();
  const auto it = std::lower_bound(
      buckets_.begin(), buckets_.end(), age,
      [](const Bucket& bucket, uint32_t a) { return bucket.age < a; });
  return it != buckets_.end() && it->age == age ? &*it : nullptr;
}

}  // namespace plumbline
