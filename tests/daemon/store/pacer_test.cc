#include "daemon/store/pacer.h"

#include <algorithm>

#include "tests/support/catch.h"

namespace plumbline {
namespace {

using std::chrono::milliseconds;

constexpr size_t kLimit = 1'000'000;
constexpr size_t kRecords = 500'000;  // in each checkpoint
const Pacer::Time kStart{std::chrono::hours(1)};

// Shows the pacer checkpoints of one second each.
void Learn(Pacer* pacer) {
  for (int i = 0; i < 20; ++i) {
    pacer->Begin(kRecords, kStart);
    pacer->End(kStart + std::chrono::seconds(1));
  }
}

TEST_CASE("nobody waits while no checkpoint is written") {
  Pacer pacer(kLimit);
  Learn(&pacer);
  for (int i = 0; i < 100; ++i) {
    CHECK(pacer.TurnOf(100'000, kLimit, kStart) == kStart);
  }
  pacer.Begin(kRecords, kStart);
  pacer.TurnOf(100'000, kLimit / 2, kStart);
  CHECK(pacer.TurnOf(1, kLimit / 2, kStart) > kStart);
  pacer.Fail();
  CHECK(pacer.TurnOf(1, kLimit / 2, kStart) == kStart);
}

// Posts at full speed during a checkpoint. Returns the number of dirty records,
// and the longest wait for a turn.
struct Posted {
  size_t dirty = 0;
  Pacer::Time::duration longest{0};
};
Posted PostDuring(Pacer* pacer, milliseconds duration, size_t events,
                  milliseconds pause) {
  Posted posted;
  pacer->Begin(kRecords, kStart);
  for (Pacer::Time now = kStart; now < kStart + duration; now += pause) {
    const Pacer::Time turn = pacer->TurnOf(events, posted.dirty, now);
    posted.longest = std::max(posted.longest, turn - now);
    now = turn;
    posted.dirty += events;
  }
  pacer->End(kStart + duration);
  return posted;
}

TEST_CASE("full speed is shared out over the time that a checkpoint takes") {
  Pacer pacer(kLimit);
  Learn(&pacer);
  // Ten times the speed that the room allows.
  const Posted posted =
      PostDuring(&pacer, milliseconds(1000), 1000, milliseconds(0));
  CHECK(posted.dirty > kLimit * 6 / 10);
  CHECK(posted.dirty < kLimit);
  CHECK(posted.longest < milliseconds(10));
}

TEST_CASE("a speed for which there is room is not slowed down") {
  Pacer pacer(kLimit);
  Learn(&pacer);
  const Posted posted =
      PostDuring(&pacer, milliseconds(1000), 500, milliseconds(1));
  CHECK(posted.dirty == kLimit / 2);
  CHECK(posted.longest == Pacer::Time::duration::zero());
}

TEST_CASE("a checkpoint that takes longer than the last leaves some room") {
  Pacer pacer(kLimit);
  Learn(&pacer);
  const Posted posted =
      PostDuring(&pacer, milliseconds(1500), 1000, milliseconds(0));
  CHECK(posted.dirty < kLimit);
  CHECK(posted.longest <= Pacer::kLongestWait);
  // The next checkpoint is expected to take longer.
  const Posted next =
      PostDuring(&pacer, milliseconds(1000), 1000, milliseconds(0));
  CHECK(next.dirty < posted.dirty);
}

TEST_CASE("one that failed for long tells nothing of the next") {
  Pacer pacer(kLimit);
  Learn(&pacer);
  pacer.Begin(kRecords, kStart);
  pacer.Fail();
  pacer.End(kStart + std::chrono::hours(1));
  const Posted posted =
      PostDuring(&pacer, milliseconds(1000), 1000, milliseconds(0));
  CHECK(posted.dirty > kLimit * 6 / 10);
}

TEST_CASE("small checkpoints, which are mostly syncs, tell nothing of large") {
  Pacer pacer(kLimit);
  Learn(&pacer);
  for (int i = 0; i < 8; ++i) {
    pacer.Begin(1500, kStart);
    pacer.End(kStart + milliseconds(200));
  }
  const Posted posted =
      PostDuring(&pacer, milliseconds(1000), 1000, milliseconds(0));
  CHECK(posted.dirty > kLimit * 6 / 10);
}

TEST_CASE("a wait that would be for ever is as long as the longest") {
  Pacer pacer(1);
  pacer.Begin(1000, kStart);
  pacer.End(kStart + std::chrono::seconds(120));
  pacer.Begin(5'000'000, kStart);
  CHECK(pacer.TurnOf(100'000, 1, kStart) == kStart);
  CHECK(pacer.TurnOf(100'000, 1, kStart) == kStart + Pacer::kLongestWait);
}

}  // namespace
}  // namespace plumbline
