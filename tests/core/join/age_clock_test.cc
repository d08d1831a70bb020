#include "core/join/age_clock.h"

#include "core/join/ledger.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a bucket is a sixtieth of the horizon and expires a horizon later") {
  AgeClock ages(60'000);
  const uint32_t first = ages.Current(10'400);
  ages.Use(first);
  CHECK(ages.Current(10'999) == first);
  CHECK(ages.Current(11'000) == first + 1);
  CHECK(ages.EndOf(first) == 11'000);
  CHECK_FALSE(ages.Expired(70'999));
  CHECK(ages.Expired(71'000));
}

TEST_CASE("a bucket that is closed takes no more receipts") {
  AgeClock ages(60'000);
  const uint32_t first = ages.Current(10'000);
  ages.Use(first);
  ages.Close(10'100);
  CHECK(ages.Current(10'100) == first + 1);
  CHECK(ages.EndOf(first) == 10'101);
}

TEST_CASE("a bucket closes when it has its share") {
  AgeClock ages(60'000);
  const uint32_t first = ages.Receive(10'000, 2);
  CHECK(ages.Receive(10'000, 2) == first);
  CHECK(ages.Receive(10'000, 2) == first + 1);
}

TEST_CASE("buckets that nobody uses are dropped") {
  AgeClock ages(60'000);
  uint64_t model = 0;
  uint64_t all = 0;
  Ledger ledger(&ages, &model, &all);
  for (int i = 0; i < 1000; ++i) {
    const uint32_t age = ages.Receive(10'000, 1);
    ledger.AddWaiting(age, 1);
    ledger.EvictWaiting(age);
  }
  CHECK(ages.empty());
  CHECK(all == 0);
}
