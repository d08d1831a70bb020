#include "core/sync/published_value.h"

#include <memory>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

struct Counted {
  explicit Counted(int* alive) : alive(alive) { ++*alive; }
  ~Counted() { --*alive; }
  int* const alive;
};

}  // namespace

TEST_CASE("a published value is replaced, and taken away") {
  int alive = 0;
  Reclaimer reclaimer;
  {
    PublishedValue<Counted> value;
    CHECK(value.Get() == nullptr);
    value.Publish(std::make_unique<const Counted>(&alive), &reclaimer);
    const Counted* first = value.Get();
    REQUIRE(first != nullptr);
    value.Publish(std::make_unique<const Counted>(&alive), &reclaimer);
    CHECK(value.Get() != first);
    CHECK(alive == 2);
    for (int i = 0; i < 3; ++i) reclaimer.Collect();
    CHECK(alive == 1);
    value.Publish(nullptr, &reclaimer);
    CHECK(value.Get() == nullptr);
    value.Publish(std::make_unique<const Counted>(&alive), &reclaimer);
  }
  for (int i = 0; i < 3; ++i) reclaimer.Collect();
  CHECK(alive == 0);
}

TEST_CASE("a shared value outlives its place while somebody has it") {
  int alive = 0;
  Reclaimer reclaimer;
  PublishedShared<Counted> value;
  CHECK(value.Get() == nullptr);
  value.Publish(std::make_shared<const Counted>(&alive), &reclaimer);
  const void* const stamp = value.stamp();
  auto kept = value.Get();
  REQUIRE(kept != nullptr);
  value.Publish(nullptr, &reclaimer);
  CHECK(value.stamp() != stamp);
  CHECK(value.Get() == nullptr);
  for (int i = 0; i < 3; ++i) reclaimer.Collect();
  CHECK(alive == 1);
  kept.reset();
  CHECK(alive == 0);
}
