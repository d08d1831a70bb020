#include "daemon/http/check_queue.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test
using namespace std::chrono_literals;

namespace {

using Rank = CheckQueue::Rank;
using Ticket = CheckQueue::Ticket;

IdHash Attempt(uint64_t n) { return {n, n}; }

const CheckQueue::Time kNoon{12h};

struct Queue : CheckQueue {
  Ticket MustEnter(uint64_t attempt, Rank rank) {
    const auto ticket = Enter(Attempt(attempt), rank);
    REQUIRE(ticket);
    return *ticket;
  }
  bool MayBegin(Ticket ticket, Time now) const {
    const auto turn = Turn(ticket);
    return turn && *turn <= now;
  }
  // Begins, fails after `took`, and leaves.
  void Fail(Ticket ticket, Time begin, Duration took) {
    Begin(ticket);
    End(begin, begin + took, true);
    Leave(ticket);
  }
};

}  // namespace

TEST_CASE("those of one rank are checked in turn, one at a time") {
  Queue queue;
  const Ticket first = queue.MustEnter(1, Rank::kNew);
  const Ticket second = queue.MustEnter(2, Rank::kNew);
  CHECK(queue.MayBegin(first, kNoon));
  CHECK_FALSE(queue.Turn(second));
  queue.Begin(first);
  CHECK_FALSE(queue.Turn(second));
  queue.End(kNoon, kNoon + 60ms, false);
  queue.Leave(first);
  CHECK(queue.MayBegin(second, kNoon + 60ms));
}

TEST_CASE("no more wait than there is room for") {
  Queue queue;
  const Ticket first = queue.MustEnter(0, Rank::kNew);
  queue.Begin(first);  // being checked, so it does not wait
  for (uint64_t n = 1; n <= CheckQueue::kMostWaiting; ++n) {
    queue.MustEnter(n, Rank::kNew);
  }
  CHECK_FALSE(queue.Enter(Attempt(99), Rank::kNew));
  queue.End(kNoon, kNoon + 60ms, true);
  queue.Leave(first);
  // The running check frees no place for waiting.
  CHECK_FALSE(queue.Enter(Attempt(99), Rank::kNew));
}

TEST_CASE("the better rank goes first, and takes the place of the last") {
  Queue queue;
  std::vector<Ticket> suspects;
  for (uint64_t n = 0; n < CheckQueue::kMostWaiting; ++n) {
    suspects.push_back(queue.MustEnter(n, Rank::kSuspect));
  }
  CHECK_FALSE(queue.Enter(Attempt(9), Rank::kSuspect));
  const Ticket again = queue.MustEnter(10, Rank::kSuspectComesAgain);
  const Ticket fresh = queue.MustEnter(11, Rank::kNew);
  const Ticket best = queue.MustEnter(12, Rank::kComesAgain);
  CHECK(queue.Waits(suspects[0]));
  CHECK_FALSE(queue.Waits(suspects[1]));
  CHECK_FALSE(queue.Waits(suspects[3]));
  for (const Ticket next : {best, fresh, again, suspects[0]}) {
    CHECK(queue.MayBegin(next, kNoon));
    queue.Leave(next);
  }
}

TEST_CASE("one that is being checked keeps its place") {
  Queue queue;
  const Ticket suspect = queue.MustEnter(0, Rank::kSuspect);
  queue.Begin(suspect);
  for (uint64_t n = 1; n <= 2 * CheckQueue::kMostWaiting; ++n) {
    queue.Enter(Attempt(n), Rank::kComesAgain);
  }
  CHECK(queue.Waits(suspect));
}

TEST_CASE("who asks the same shares a place, up to a limit") {
  Queue queue;
  const Ticket ticket = queue.MustEnter(1, Rank::kSuspect);
  for (size_t n = 0; n < CheckQueue::kMostCompanions; ++n) {
    CHECK(queue.Enter(Attempt(1), Rank::kSuspect) == ticket);
  }
  CHECK_FALSE(queue.Enter(Attempt(1), Rank::kSuspect));
  for (size_t n = 0; n < CheckQueue::kMostCompanions; ++n) queue.Leave(ticket);
  CHECK(queue.Waits(ticket));
  queue.Leave(ticket);
  CHECK_FALSE(queue.Waits(ticket));
}

TEST_CASE("a place goes by the best rank of those who share it") {
  Queue queue;
  const Ticket shared = queue.MustEnter(1, Rank::kSuspect);
  queue.MustEnter(2, Rank::kNew);
  CHECK(queue.Enter(Attempt(1), Rank::kNew) == shared);
  CHECK(queue.MayBegin(shared, kNoon));
}

TEST_CASE("where a check told nothing the next who asks the same is checked") {
  Queue queue;
  const Ticket shared = queue.MustEnter(1, Rank::kNew);
  queue.Enter(Attempt(1), Rank::kNew);
  queue.Begin(shared);
  CHECK_FALSE(queue.Turn(shared));
  queue.End(kNoon, kNoon + 60ms, false);
  queue.Leave(shared);
  CHECK(queue.MayBegin(shared, kNoon + 60ms));
}

TEST_CASE("checks that fail take a quarter of a core at most") {
  Queue queue;
  auto now = kNoon;
  auto busy = 0ms;
  for (uint64_t n = 0; now < kNoon + 60s; ++n) {
    const Ticket ticket = queue.MustEnter(n, Rank::kSuspect);
    now = std::max(now, *queue.Turn(ticket));
    queue.Fail(ticket, now, 60ms);
    now += 60ms;
    busy += 60ms;
  }
  CHECK(busy > 14s);
  CHECK(busy < 16s);
}

TEST_CASE("a few failures in a row are followed by no rest") {
  Queue queue;
  auto now = kNoon;
  for (uint64_t n = 0; n < 4; ++n) {
    const Ticket ticket = queue.MustEnter(n, Rank::kNew);
    CHECK(queue.MayBegin(ticket, now));
    queue.Fail(ticket, now, 60ms);
    now += 60ms;
  }
  const Ticket right = queue.MustEnter(9, Rank::kNew);
  queue.Begin(right);
  queue.End(now, now + 60ms, false);
  queue.Leave(right);
  CHECK(queue.MayBegin(queue.MustEnter(10, Rank::kNew), now + 60ms));
}
