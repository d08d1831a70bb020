// AgeBuckets: cuts receipts into age buckets, so that expiry is counting.
//
// A bucket is 1/60 of the horizon long, or shorter if it was closed early
// because it was full (Close). It expires as a whole, one horizon after its
// end: a record lives at least the horizon and at most 1/60 more.
//
// Bucket numbers have 32 bits and are never reused. Where buckets hold few
// records (a tiny memory bound), early closes would use up the numbers within
// days. So buckets are closed early only while there have been fewer of them
// than the seconds since 1970 plus some millions: that lasts until 2105.
//
// Buckets are ordered by number. Their ends have the same order, except those
// of buckets that were taken over. AgeCounts mark the buckets that they
// use. A bucket that none of them uses is dropped, wherever
// it is in the order, so there are never more buckets than are alive.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace plumbline {

// The bucket with this age, or null. `buckets` are in the order of ages.
template <class Buckets>
const typename Buckets::value_type* FindByAge(const Buckets& buckets,
                                              uint32_t age) {
  // Most lookups are for the youngest.
  if (!buckets.empty() && buckets.back().age == age) return &buckets.back();
  const auto it = std::lower_bound(
      buckets.begin(), buckets.end(), age,
      [](const auto& bucket, uint32_t a) { return bucket.age < a; });
  return it != buckets.end() && it->age == age ? &*it : nullptr;
}

class AgeBuckets {
 public:
  static constexpr int64_t kBucketsPerHorizon = 60;

  explicit AgeBuckets(int64_t horizon_ms) : horizon_ms_(horizon_ms) {}

  // A later change of the horizon does not revive what has expired.
  void set_horizon(int64_t horizon_ms) { horizon_ms_ = horizon_ms; }

  // The bucket of a receipt at `now_ms`. Opens one if none is open.
  uint32_t Current(int64_t now_ms);
  // The bucket of `n` more records. Closes the bucket once it has `most`
  // records, if MayClose().
  uint32_t Receive(int64_t now_ms, int64_t most, int64_t n = 1);
  // Ends the current bucket now. The next receipt opens another.
  void Close(int64_t now_ms);
  // Closes the current bucket because time goes back to `now_ms`. No bucket
  // then ends later than that.
  void SetBack(int64_t now_ms);
  // True if there are numbers to spare for closing a bucket early.
  bool MayClose(int64_t now_ms) const {
    constexpr int64_t kSpare = int64_t{1} << 24;
    constexpr int64_t kSecond = 1000;
    return next_ < kSpare + now_ms / kSecond;
  }

  // True if the oldest bucket has expired. The caller then drops it from all
  // AgeCounts and calls PopOldest().
  bool Expired(int64_t now_ms) const {
    return !buckets_.empty() && NextExpiry() <= now_ms;
  }
  void PopOldest() {
    buckets_.erase(Oldest());
    if (!in_order_) NoteOrder();
  }

  bool empty() const { return buckets_.empty(); }
  // True if there is a bucket with a smaller number than `age`.
  bool HasBefore(uint32_t age) const;
  // REQUIRE: the clock is not empty.
  int64_t NextExpiry() const { return Oldest()->end_ms + horizon_ms_; }
  uint32_t oldest() const { return Oldest()->age; }

  // The end of bucket `age`, and its expiry; 0 if it was dropped.
  int64_t EndOf(uint32_t age) const;
  int64_t ExpiryOf(uint32_t age) const {
    const int64_t end_ms = EndOf(age);
    return end_ms == 0 ? 0 : end_ms + horizon_ms_;
  }

  // True if bucket `age` still takes receipts.
  bool IsOpen(uint32_t age) const {
    return open() && buckets_.back().age == age;
  }

  // No record of a bucket before this one is alive.
  uint32_t first() const { return empty() ? next_ : buckets_.front().age; }

  // Leaves the next number without a bucket. Records with that number have no
  // bucket, and differ from later ones.
  void Skip() { ++next_; }

  // The number of the next bucket. After Close(), later receipts have this age
  // or a younger one.
  uint32_t next() const { return next_; }

  // Makes a clock of the past begin with the next number of `other`, so that
  // TakeOver() can add its buckets to those of `other`.
  void NumberBehind(const AgeBuckets& other) { next_ = other.next_; }
  // Takes over the buckets of `past`, which are older than some of these.
  // AllAgeCounts must then mark those that they use.
  void TakeOver(const AgeBuckets& past);

  // [AllAgeCounts] Adds or removes one user of bucket `age`.
  void Use(uint32_t age);
  void Release(uint32_t age);

  // See core/codec/archive.h. AllAgeCounts mark the buckets they use when they
  // load.
  template <class Archive>
  void Fields(Archive& archive);

 private:
  struct Bucket {
    uint32_t age = 0;
    uint32_t uses = 0;
    int64_t end_ms = 0;  // exclusive
  };

  bool open() const { return open_ && !buckets_.empty(); }
  // The bucket that ends first.
  std::deque<Bucket>::const_iterator Oldest() const {
    return in_order_ ? buckets_.begin() : OldestOfAll();
  }
  std::deque<Bucket>::const_iterator OldestOfAll() const;
  void NoteOrder();
  const Bucket* Find(uint32_t age) const;

  int64_t horizon_ms_;
  uint32_t next_ = 0;
  int64_t received_ = 0;        // in the youngest bucket
  bool open_ = false;           // the youngest bucket takes receipts
  std::deque<Bucket> buckets_;  // by age
  bool in_order_ = true;        // by end, too; false if some were taken over
};

}  // namespace plumbline
