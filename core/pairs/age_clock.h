// AgeClock: cuts receipts into age buckets, so that expiry is counting.
//
// A bucket is 1/60 of the horizon long, or shorter where it was closed early
// because it held enough (Close). It expires as a whole, one horizon after its
// end: a record lives at least the horizon and at most 1/60 more.
//
// Numbers have 32 bits, and are never used again. Where buckets hold little (a
// tiny bound) they would run out within days. So buckets are closed early only
// while there have been fewer of them than seconds since 1970, and some
// millions: that lasts until 2105.
//
// Buckets are numbered in order, by their ends but for those taken over. The
// ledgers count by bucket and mark which they use; one that none uses any more
// is dropped, wherever it is in the order, so there are never more than are
// alive.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace plumbline {

class AgeClock {
 public:
  static constexpr int64_t kBucketsPerHorizon = 60;

  explicit AgeClock(int64_t horizon_ms) : horizon_ms_(horizon_ms) {}

  // A later change of the horizon revives nothing: what has expired is gone.
  void set_horizon(int64_t horizon_ms) { horizon_ms_ = horizon_ms; }

  // The bucket of what is received now; opens one if none is open.
  uint32_t Current(int64_t now_ms);
  // The same for `n` more records; `most` of them close the bucket, as long as
  // there are numbers for that.
  uint32_t Receive(int64_t now_ms, int64_t most, int64_t n = 1);
  // Ends the current bucket now. The next receipt opens another.
  void Close(int64_t now_ms);
  // The same where time goes back to `now_ms`: none ends after that.
  void SetBack(int64_t now_ms);
  // True if there are numbers for closing a bucket early.
  bool MayClose(int64_t now_ms) const {
    constexpr int64_t kSpare = int64_t{1} << 24;
    constexpr int64_t kSecond = 1000;
    return next_ < kSpare + now_ms / kSecond;
  }

  // True if the oldest bucket is over the horizon. It is then to be dropped
  // from every ledger, and PopOldest() to be called.
  bool Expired(int64_t now_ms) const {
    return !buckets_.empty() && NextExpiry() <= now_ms;
  }
  void PopOldest() {
    buckets_.erase(Oldest());
    if (!in_order_) NoteOrder();
  }

  bool empty() const { return buckets_.empty(); }
  // True if there is a bucket of before `age`.
  bool HasBefore(uint32_t age) const;
  // REQUIRE: not empty.
  int64_t NextExpiry() const { return Oldest()->end_ms + horizon_ms_; }
  uint32_t oldest() const { return Oldest()->age; }

  // The end of bucket `age`, and when it expires; 0 if it is gone.
  int64_t EndOf(uint32_t age) const;
  int64_t ExpiryOf(uint32_t age) const {
    const int64_t end_ms = EndOf(age);
    return end_ms == 0 ? 0 : end_ms + horizon_ms_;
  }

  // True if bucket `age` still takes receipts.
  bool IsOpen(uint32_t age) const {
    return open() && buckets_.back().age == age;
  }

  // No record of a bucket before this one is remembered.
  uint32_t first() const { return empty() ? next_ : buckets_.front().age; }

  // No bucket has the next number: what has it, having none, is told apart from
  // what comes later.
  void Skip() { ++next_; }

  // The number that the next bucket will have. What is received from now on,
  // after Close(), has this age or a younger one.
  uint32_t next() const { return next_; }

  // A clock of the past begins with the number that this one gives out next ...
  void NumberBehind(const AgeClock& other) { next_ = other.next_; }
  // ... so that its buckets, which are older than some of these, can be taken
  // over. Ledgers are to mark those that they use.
  void TakeOver(const AgeClock& past);

  // [Ledgers] One more, or one less, has counts in bucket `age`.
  void Use(uint32_t age);
  void Release(uint32_t age);

  // See core/codec/archive.h. Ledgers mark what they use as they are loaded.
  template <class Archive>
  void Fields(Archive& archive);

 private:

  struct Bucket {
    uint32_t age = 0;
    uint32_t uses = 0;
    int64_t end_ms = 0;  // exclusive
  };

  bool open() const { return open_ && !buckets_.empty(); }
  // The one that ends first.
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
  bool in_order_ = true;        // and by end; else some were taken over
};

}  // namespace plumbline
