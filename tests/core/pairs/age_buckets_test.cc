#include "core/pairs/age_buckets.h"

#include "core/pairs/age_counts.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a bucket is a sixtieth of the horizon and expires a horizon later") {
  AgeBuckets ages(60'000);
  const uint32_t first = ages.Current(10'400);
  ages.Use(first);
  CHECK(ages.Current(10'999) == first);
  CHECK(ages.Current(11'000) == first + 1);
  CHECK(ages.EndOf(first) == 11'000);
  CHECK_FALSE(ages.Expired(70'999));
  CHECK(ages.Expired(71'000));
}

TEST_CASE("a bucket that is closed takes no more receipts") {
  AgeBuckets ages(60'000);
  const uint32_t first = ages.Current(10'000);
  ages.Use(first);
  ages.Close(10'100);
  CHECK(ages.Current(10'100) == first + 1);
  CHECK(ages.EndOf(first) == 10'101);
}

TEST_CASE("a bucket closes when it has its share") {
  AgeBuckets ages(60'000);
  const uint32_t first = ages.Receive(10'000, 2);
  CHECK(ages.Receive(10'000, 2) == first);
  CHECK(ages.Receive(10'000, 2) == first + 1);
}

TEST_CASE("buckets that nobody uses are dropped") {
  AgeBuckets ages(60'000);
  uint64_t model = 0;
  uint64_t all = 0;
  AgeCounts age_counts(&ages, &model, &all);
  for (int i = 0; i < 1000; ++i) {
    const uint32_t age = ages.Receive(10'000, 1);
    age_counts.AddWaiting(age, 1);
    age_counts.EvictWaiting(age);
  }
  CHECK(ages.empty());
  CHECK(all == 0);
}

TEST_CASE("the numbers of buckets do not run out, however little they hold") {
  constexpr int64_t kNowMs = 1'700'000'000'000;
  constexpr int64_t kSpare = int64_t{1} << 24;
  AgeBuckets past(60'000);
  // At a time with few numbers: one for each second since 1970.
  uint32_t age = 0;
  for (int64_t i = 0; i < 2 * kSpare; ++i) {
    age = past.Receive(1000, 1);
    past.Use(age);
    past.Release(age);
  }
  CHECK(age <= kSpare + 1);
  CHECK_FALSE(past.MayClose(1000));
  // The passing of time opens further buckets.
  CHECK(past.Receive(3000, 1) == age + 1);
  CHECK(past.MayClose(kNowMs));
}
