#include "core/pairs/age_buckets.h"

#include <algorithm>

#include "core/codec/archive.h"
#include "core/codec/time_range.h"
#include "core/pairs/record.h"
#include "core/settings/settings_range.h"

namespace plumbline {

uint32_t AgeBuckets::Current(int64_t now_ms) {
  if (!open() || now_ms >= buckets_.back().end_ms) {
    if (open()) {
      open_ = false;
      if (buckets_.back().uses == 0) buckets_.pop_back();
    }
    const int64_t length = horizon_ms_ / kBucketsPerHorizon;
    buckets_.push_back({next_++, 0, (now_ms / length + 1) * length});
    open_ = true;
    received_ = 0;
  }
  return buckets_.back().age;
}

uint32_t AgeBuckets::Receive(int64_t now_ms, int64_t most, int64_t n) {
  const uint32_t age = Current(now_ms);
  // Close() would drop the bucket here, as the record does not use it yet.
  received_ += n;
  if (received_ >= most && MayClose(now_ms)) {
    open_ = false;
    buckets_.back().end_ms = std::min(buckets_.back().end_ms, now_ms + 1);
  }
  return age;
}

void AgeBuckets::Close(int64_t now_ms) {
  if (!open()) return;
  open_ = false;
  Bucket& last = buckets_.back();
  last.end_ms = std::min(last.end_ms, now_ms + 1);
  if (last.uses == 0) buckets_.pop_back();
}

void AgeBuckets::SetBack(int64_t now_ms) {
  Close(now_ms);
  for (Bucket& bucket : buckets_) {
    bucket.end_ms = std::min(bucket.end_ms, now_ms + 1);
  }
  NoteOrder();
}

void AgeBuckets::TakeOver(const AgeBuckets& past) {
  // A bucket in use keeps its end.
  if (open() && buckets_.back().uses == 0) buckets_.pop_back();
  open_ = false;
  for (const Bucket& bucket : past.buckets_) {
    if (bucket.uses > 0) buckets_.push_back({bucket.age, 0, bucket.end_ms});
  }
  next_ = past.next_;
  NoteOrder();
}

void AgeBuckets::NoteOrder() {
  in_order_ = std::is_sorted(
      buckets_.begin(), buckets_.end(),
      [](const Bucket& a, const Bucket& b) { return a.end_ms < b.end_ms; });
}

std::deque<AgeBuckets::Bucket>::const_iterator AgeBuckets::OldestOfAll() const {
  return std::min_element(
      buckets_.begin(), buckets_.end(),
      [](const Bucket& a, const Bucket& b) { return a.end_ms < b.end_ms; });
}

bool AgeBuckets::HasBefore(uint32_t age) const {
  return std::any_of(buckets_.begin(), buckets_.end(),
                     [age](const Bucket& bucket) { return bucket.age < age; });
}

int64_t AgeBuckets::EndOf(uint32_t age) const {
  const Bucket* bucket = Find(age);
  return bucket == nullptr ? 0 : bucket->end_ms;
}

void AgeBuckets::Use(uint32_t age) {
  if (const Bucket* bucket = Find(age)) ++const_cast<Bucket*>(bucket)->uses;
}

void AgeBuckets::Release(uint32_t age) {
  const Bucket* bucket = Find(age);
  if (bucket == nullptr) return;  // it has expired and was popped
  if (--const_cast<Bucket*>(bucket)->uses > 0) return;
  if (open() && bucket == &buckets_.back()) return;
  std::erase_if(buckets_, [age](const Bucket& b) { return b.age == age; });
}

const AgeBuckets::Bucket* AgeBuckets::Find(uint32_t age) const {
  return FindByAge(buckets_, age);
}

template <class Archive>
void AgeBuckets::Fields(Archive& archive) {
  archive.Part("the ages", [&] {
    FieldBetween(archive, 1, horizon_ms_, range::kHorizonMs.least,
                 range::kHorizonMs.most);
    archive.Field(2, next_);
    FieldBetween(archive, 3, received_, 0, int64_t{kMostRecords});
    archive.Field(4, open_);
    archive.Field(5, [&] {
      DoEach(archive, buckets_, [&](Bucket& bucket) {
        archive.Part("an age bucket", [&] {
          archive.Field(1, bucket.age);
          FieldBetween(archive, 2, bucket.end_ms, 1,
                       kLastTimeMs + range::kHorizonMs.most);
        });
      });
    });
  });
  if constexpr (Archive::kLoads) {
    const auto disorder = [](const Bucket& a, const Bucket& b) {
      return a.age >= b.age;
    };
    if (std::adjacent_find(buckets_.begin(), buckets_.end(), disorder) !=
            buckets_.end() ||
        (!buckets_.empty() && buckets_.back().age >= next_)) {
      archive.Fail();
    }
    NoteOrder();
  }
}

template void AgeBuckets::Fields(Save&);
template void AgeBuckets::Fields(Load&);

}  // namespace plumbline
