#include "core/pairs/age_counts.h"

#include <algorithm>
#include <vector>

namespace plumbline {

void AgeCounts::Add(uint32_t age, uint64_t Counts::*count, int64_t n) {
  Bucket* bucket = Find(age);
  if (bucket == nullptr) {
    if (n < 0 || (!buckets_.empty() && age < buckets_.back().age)) return;
    // The youngest bucket may have become empty while it was open.
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

void AgeCounts::AddPast(uint32_t age, uint64_t number) {
  if (Find(age) == nullptr) {
    const auto place = std::lower_bound(
        buckets_.begin(), buckets_.end(), age,
        [](const Bucket& bucket, uint32_t a) { return bucket.age < a; });
    Bucket bucket;
    bucket.age = age;
    // An earlier bucket of this age may have been dropped. Its records stay
    // dead.
    bucket.forgotten_below = number;
    buckets_.insert(place, bucket);
    ages_->Use(age);
  }
  Add(age, &Counts::past, 1);
}

uint32_t AgeCounts::OldestJoined(uint32_t none) const {
  for (const Bucket& bucket : buckets_) {
    if (bucket.counts.joined + bucket.counts.past > 0) return bucket.age;
  }
  return none;
}

uint32_t AgeCounts::OldestWaiting(uint32_t none) const {
  for (const Bucket& bucket : buckets_) {
    if (bucket.counts.waiting > 0) return bucket.age;
  }
  return none;
}

AgeCounts::Counts AgeCounts::Expire(uint32_t age) {
  if (buckets_.empty() || buckets_.front().age != age) return {};
  const Counts counts = buckets_.front().counts;
  buckets_.pop_front();
  ages_->Release(age);
  Subtract(counts);
  return counts;
}

AgeCounts::Counts AgeCounts::ForgetJoined(uint32_t age, uint64_t next_number) {
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

AgeCounts::Counts AgeCounts::EvictWaiting(uint32_t age) {
  Bucket* bucket = Find(age);
  if (bucket == nullptr) return {};
  bucket->evicted = true;
  return TakeWaiting(bucket);
}

AgeCounts::Counts AgeCounts::EvictWaiting(uint32_t age, uint64_t next) {
  Bucket* bucket = Find(age);
  if (bucket == nullptr) return {};
  bucket->evicted_below = next;
  return TakeWaiting(bucket);
}

AgeCounts::Counts AgeCounts::TakeWaiting(Bucket* bucket) {
  const Counts counts = {.waiting = bucket->counts.waiting,
                         .waiting_details = bucket->counts.waiting_details};
  bucket->counts.waiting = bucket->counts.waiting_details = 0;
  Subtract(counts);
  EraseIfEmpty(bucket->age);
  return counts;
}

AgeCounts::Counts AgeCounts::EvictAllWaiting() {
  Counts evicted;
  std::vector<uint32_t> ages;
  for (const Bucket& bucket : buckets_) ages.push_back(bucket.age);
  for (const uint32_t age : ages) evicted.waiting += EvictWaiting(age).waiting;
  return evicted;
}

AgeCounts::Counts AgeCounts::DropAll() {
  for (const Bucket& bucket : buckets_) ages_->Release(bucket.age);
  buckets_.clear();
  const Counts counts = total_;
  Subtract(counts);
  return counts;
}

void AgeCounts::Subtract(const Counts& counts) {
  changed_ = true;
  total_.waiting -= counts.waiting;
  total_.joined -= counts.joined;
  total_.past -= counts.past;
  total_.waiting_details -= counts.waiting_details;
  total_.joined_details -= counts.joined_details;
  *model_ -= counts.total();
  *all_ -= counts.total();
}

void AgeCounts::EraseIfEmpty(uint32_t age) {
  const auto it = std::lower_bound(
      buckets_.begin(), buckets_.end(), age,
      [](const Bucket& bucket, uint32_t a) { return bucket.age < a; });
  // While the bucket takes receipts, it tells them apart from evicted records.
  if (it->counts.total() > 0 || ages_->IsOpen(age)) return;
  changed_ = true;
  buckets_.erase(it);
  ages_->Release(age);
}

// Loads the former format: a row for each bucket.
void AgeCounts::LoadFormer(Load* load) {
  DoEach(*load, buckets_, [load](Bucket& bucket) {
    load->Do(bucket.age);
    load->Do(bucket.evicted);
    load->Do(bucket.forgotten_below);
    load->Do(bucket.counts);
  });
}

void AgeCounts::LoadEvictedBelow(Load* load) {
  for (Bucket& bucket : buckets_) load->Do(bucket.evicted_below);
}

// False if the loaded buckets are not valid.
bool AgeCounts::TakeLoaded() {
  for (size_t i = 0; i < buckets_.size(); ++i) {
    const Bucket& bucket = buckets_[i];
    const Counts& of = bucket.counts;
    if ((i > 0 && buckets_[i - 1].age >= bucket.age) ||
        std::max({of.waiting, of.joined, of.past, of.waiting_details,
                  of.joined_details}) > kMostRecords) {
      // The destructor must not release buckets that were not marked as used.
      buckets_.resize(i);
      return false;
    }
    ages_->Use(bucket.age);
    total_.waiting += of.waiting;
    total_.joined += of.joined;
    total_.past += of.past;
    total_.waiting_details += of.waiting_details;
    total_.joined_details += of.joined_details;
    *model_ += of.total();
    *all_ += of.total();
    if (*all_ > kMostRecords) {
      buckets_.resize(i + 1);
      return false;
    }
  }
  return true;
}

template <class Archive>
void AgeCounts::Fields(Archive& archive) {
  if constexpr (Archive::kLoads) {
    if (archive.is_former()) LoadFormer(&archive);
  }
  archive.Part("what is counted by age", [&] {
    if (archive.is_former()) return;
    const auto column = [&](uint8_t tag, auto of, bool key = false) {
      Column(archive, tag, buckets_, of, key);
    };
    constexpr bool kKey = true;
    column(
        1, [](auto& b) -> auto& { return b.age; }, kKey);
    column(
        2, [](auto& b) -> auto& { return b.evicted; });
    column(
        3, [](auto& b) -> auto& { return b.forgotten_below; });
    column(
        4, [](auto& b) -> auto& { return b.evicted_below; });
    column(
        5, [](auto& b) -> auto& { return b.counts.waiting; });
    column(
        6, [](auto& b) -> auto& { return b.counts.joined; });
    column(
        7, [](auto& b) -> auto& { return b.counts.past; });
    column(
        8, [](auto& b) -> auto& { return b.counts.waiting_details; });
    column(
        9, [](auto& b) -> auto& { return b.counts.joined_details; });
  });
  if constexpr (Archive::kLoads) {
    if (!archive.ok()) buckets_.clear();
    if (!TakeLoaded()) archive.Fail();
  }
}

template void AgeCounts::Fields(Save&);
template void AgeCounts::Fields(Load&);

}  // namespace plumbline
