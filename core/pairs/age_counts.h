// AgeCounts: counts of the records that the join remembers for a version (its
// predictions) or a model (its labels), by age bucket.
//
// Dropping a bucket drops its counts. Alive() recognises the dead records at
// the next lookup, and a sweep removes them.
//
// Eviction at the memory bound removes the joined records of a bucket and
// leaves the waiting ones. A record that joins after the eviction must stay
// alive. So the bucket notes the number that the next join will get: joined
// records with a smaller number are dead.

#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/pairs/age_buckets.h"
#include "core/pairs/record.h"

namespace plumbline {

class AgeCounts {
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

  // Marks the buckets in use in `ages`, and updates `model` and `all`: the
  // records remembered for its model, and in total.
  AgeCounts(AgeBuckets* ages, uint64_t* model, uint64_t* all)
      : ages_(ages), model_(model), all_(all) {}
  AgeCounts(const AgeCounts&) = delete;
  AgeCounts& operator=(const AgeCounts&) = delete;
  ~AgeCounts() {
    if (!buckets_.empty()) DropAll();
  }

  const Counts& counts() const { return total_; }
  bool empty() const { return buckets_.empty(); }
  // True if the counts have changed since the last call.
  bool TakeChanged() { return std::exchange(changed_, false); }

  // Adds `n`, which may be negative, to bucket `age`. Opens a missing bucket if
  // it would be the youngest. Else drops the change: its record is dead.
  void AddWaiting(uint32_t age, int64_t n) { Add(age, &Counts::waiting, n); }
  void AddJoined(uint32_t age, int64_t n) { Add(age, &Counts::joined, n); }
  // Details of waiting and of joined predictions.
  void AddWaitingDetails(uint32_t age, int64_t n) {
    Add(age, &Counts::waiting_details, n);
  }
  void AddJoinedDetails(uint32_t age, int64_t n) {
    Add(age, &Counts::joined_details, n);
  }
  // A past label may have any age that is alive. `number` is its number.
  void AddPast(uint32_t age, uint64_t number);
  void RemovePast(uint32_t age) { Add(age, &Counts::past, -1); }

  // True if the record, which is counted here, is remembered.
  bool Alive(const Record& record) const {
    const Bucket* bucket = Find(record.age);
    return bucket != nullptr && bucket->Holds(record);
  }

  // Which records of one bucket are remembered.
  struct Mark {
    uint32_t age = 0;
    bool evicted = false;          // all waiting records
    uint64_t forgotten_below = 0;  // of joined records
    uint64_t evicted_below = 0;    // of waiting records

    bool Holds(const Record& record) const {
      return record.joined ? record.number() >= forgotten_below
                           : !evicted && record.number() >= evicted_below;
    }
  };
  // Null if no record of that age is remembered.
  const Mark* MarkOf(uint32_t age) const { return Find(age); }
  // Marks by age. Records of other ages are not remembered.
  std::vector<Mark> Marks() const { return {buckets_.begin(), buckets_.end()}; }

  // The number of the oldest bucket with joined (or waiting) records, or `none`
  // if there is no such bucket.
  uint32_t OldestJoined(uint32_t none) const;
  uint32_t OldestWaiting(uint32_t none) const;

  // Drop bucket `age`, or a part of it, and return the dropped counts.
  // `next_number`: number of the next joined record.
  Counts Expire(uint32_t age);
  Counts ForgetJoined(uint32_t age, uint64_t next_number);
  Counts EvictWaiting(uint32_t age);
  // Evicts from a bucket that still takes receipts. Their numbers are `next` or
  // greater.
  Counts EvictWaiting(uint32_t age, uint64_t next);
  Counts EvictAllWaiting();
  Counts DropAll();

  // See core/codec/archive.h. Loading REQUIRES: the counts are empty, and
  // the age buckets it was saved with exist.
  template <class Archive>
  void Fields(Archive& archive);
  // Loads the evicted_below of format 8, which stores them behind all other
  // values.
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

  AgeBuckets* const ages_;
  uint64_t* const model_;
  uint64_t* const all_;
  Counts total_;
  bool changed_ = true;
  std::deque<Bucket> buckets_;  // by age
};

inline const AgeCounts::Bucket* AgeCounts::Find(uint32_t age) const {
  return FindByAge(buckets_, age);
}

}  // namespace plumbline
