#include "daemon/store/key_filter.h"

#include <random>
#include <vector>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::vector<PairKey> RandomKeys(size_t n, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<PairKey> keys(n);
  for (PairKey& key : keys) key = {random(), random()};
  return keys;
}

size_t Held(const KeyFilter& filter, const std::vector<PairKey>& keys) {
  size_t held = 0;
  for (const PairKey& key : keys) held += filter.MayHold(key);
  return held;
}

}  // namespace

TEST_CASE("a filter holds every key that was added, and few others") {
  KeyFilter filter(size_t{100'000} * 10 / 8 * 2);  // ten bits a key and half
  const auto keys = RandomKeys(100'000, 1);
  for (const PairKey& key : keys) filter.Add(key);
  filter.Complete();
  CHECK(Held(filter, keys) == keys.size());
  CHECK(Held(filter, RandomKeys(100'000, 2)) < 3000);
}

TEST_CASE("a filter that is not complete knows nothing") {
  KeyFilter filter(1 << 12);
  CHECK(Held(filter, RandomKeys(100, 1)) == 100);
  filter.TurnIfDue({5, 5}, {6, 6});
  filter.Complete();
  CHECK(Held(filter, RandomKeys(100, 1)) == 0);
}

TEST_CASE("a filter forgets keys when all of their time is forgotten") {
  KeyFilter filter(1 << 16);
  filter.Complete();
  const auto first = RandomKeys(100, 1);
  const auto second = RandomKeys(100, 2);
  filter.TurnIfDue({0, 0}, {10, 20});
  for (const PairKey& key : first) filter.Add(key);
  // Buckets from before the turn are still alive, of one kind at least.
  filter.TurnIfDue({9, 30}, {12, 31});
  filter.TurnIfDue({30, 19}, {12, 31});
  for (const PairKey& key : second) filter.Add(key);
  CHECK(Held(filter, first) == 100);
  // Now both halves have one age: the younger becomes the older one.
  filter.TurnIfDue({10, 20}, {15, 40});
  CHECK(Held(filter, first) == 100);
  CHECK(Held(filter, second) == 100);
  filter.TurnIfDue({14, 40}, {16, 41});
  CHECK(Held(filter, second) == 100);
  filter.TurnIfDue({15, 40}, {16, 41});
  CHECK(Held(filter, first) < 5);
  CHECK(Held(filter, second) < 5);
}

TEST_CASE("the smallest filter works") {
  KeyFilter filter(0);
  const auto keys = RandomKeys(50, 1);
  for (const PairKey& key : keys) filter.Add(key);
  filter.Complete();
  CHECK(Held(filter, keys) == 50);
}

TEST_CASE("of keys in a range that cannot be read nothing is ruled out") {
  KeyFilter filter(1 << 16);
  const auto keys = RandomKeys(1000, 1);
  const PairKey from{uint64_t{1} << 62, 0};
  const PairKey to{uint64_t{1} << 63, 5};
  filter.AddUnknown(from, to);
  filter.Complete();
  for (const PairKey& key : keys) {
    REQUIRE(filter.MayHold(key) == (from <= key && key < to));
  }
  CHECK(filter.MayHold(from));
  CHECK(filter.MayHold({uint64_t{1} << 63, 4}));
  CHECK_FALSE(filter.MayHold(to));
}
