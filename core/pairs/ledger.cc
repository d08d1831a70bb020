#include "core/pairs/ledger.h"

#include <algorithm>
#include <vector>

namespace plumbline {

void Ledger::Add(uint32_t age, uint64_t Counts::*count, int64_t n) {
  Bucket* bucket = Find(age);
  if (bucket == nullptr) {
    if (n < 0 || (!buckets_.empty() && age < buckets_.back().age)) return;
    // One that was emptied while it was open is of no use any more.
    if (!buckets_.empty()) EraseIfEmpty(buckets_.back().age);
    bucket = &buckets_.emplace_back();
    bucket->age = age;
    ages_->Use(age);
  }
  changed_ = true;
  bucket->counts.*count += static_cast<uint64_t>(n);
  total_.*count += static_cast<uint64_t>(n);
  *model_ += static_cast<uint64_t>(n);
  *all_ += static_cast<uint64_t>(n);
}

void Ledger::AddPast(uint32_t age, uint64_t number) {
  if (Find(age) == nullptr) {
    const auto place = std::lower_bound(
        buckets_.begin(), buckets_.end(), age,
        [](const Bucket& bucket, uint32_t a) { return bucket.age < a; });
    Bucket bucket;
    bucket.age = age;
    // One that was here before and went has taken its records with it.
    bucket.forgotten_below = number;
    buckets_.insert(place, bucket);
    ages_->Use(age);
  }
  Add(age, &Counts::past, 1);
}

uint32_t Ledger::OldestJoined(uint32_t none) const {
  for (const Bucket& bucket : buckets_) {
    if (bucket.counts.joined + bucket.counts.past > 0) return bucket.age;
  }
  return none;
}

uint32_t Ledger::OldestWaiting(uint32_t none) const {
  for (const Bucket& bucket : buckets_) {
    if (bucket.counts.waiting > 0) return bucket.age;
  }
  return none;
}

Ledger::Counts Ledger::Expire(uint32_t age) {
  if (buckets_.empty() || buckets_.front().age != age) return {};
  const Counts counts = buckets_.front().counts;
  buckets_.pop_front();
  ages_->Release(age);
  Subtract(counts);
  return counts;
}

Ledger::Counts Ledger::ForgetJoined(uint32_t age, uint64_t next_number) {
  Bucket* bucket = Find(age);
  if (bucket == nullptr) return {};
  Counts counts = bucket->counts;
  counts.waiting = counts.waiting_details = 0;
  bucket->counts.joined = bucket->counts.past = bucket->counts.joined_details =
      0;
  bucket->forgotten_below = next_number;
  Subtract(counts);
  EraseIfEmpty(age);
  return counts;
}

Ledger::Counts Ledger::EvictWaiting(uint32_t age) {
  Bucket* bucket = Find(age);
  if (bucket == nullptr) return {};
  bucket->evicted = true;
  return TakeWaiting(bucket);
}

Ledger::Counts Ledger::EvictWaiting(uint32_t age, uint64_t next) {
  Bucket* bucket = Find(age);
  if (bucket == nullptr) return {};
  bucket->evicted_below = next;
  return TakeWaiting(bucket);
}

Ledger::Counts Ledger::TakeWaiting(Bucket* bucket) {
  const Counts counts = {.waiting = bucket->counts.waiting,
                         .waiting_details = bucket->counts.waiting_details};
  bucket->counts.waiting = bucket->counts.waiting_details = 0;
  Subtract(counts);
  EraseIfEmpty(bucket->age);
  return counts;
}

Ledger::Counts Ledger::EvictAllWaiting() {
  Counts evicted;
  std::vector<uint32_t> ages;
  for (const Bucket& bucket : buckets_) ages.push_back(bucket.age);
  for (const uint32_t age : ages) evicted.waiting += EvictWaiting(age).waiting;
  return evicted;
}

Ledger::Counts Ledger::DropAll() {
  for (const Bucket& bucket : buckets_) ages_->Release(bucket.age);
  buckets_.clear();
  const Counts counts = total_;
  Subtract(counts);
  return counts;
}

void Ledger::Subtract(const Counts& counts) {
  changed_ = true;
  total_.waiting -= counts.waiting;
  total_.joined -= counts.joined;
  total_.past -= counts.past;
  total_.waiting_details -= counts.waiting_details;
  total_.joined_details -= counts.joined_details;
  *model_ -= counts.total();
  *all_ -= counts.total();
}

void Ledger::EraseIfEmpty(uint32_t age) {
  const auto it = std::lower_bound(
      buckets_.begin(), buckets_.end(), age,
      [](const Bucket& bucket, uint32_t a) { return bucket.age < a; });
  // While it takes receipts it tells those apart from what it has forgotten.
  if (it->counts.total() > 0 || ages_->IsOpen(age)) return;
  changed_ = true;
  buckets_.erase(it);
  ages_->Release(age);
}

}  // namespace plumbline
