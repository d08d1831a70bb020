// Room that a batch may need under the limit, and room kept for events to come.

#include "core/join/reservation.h"

#include <memory_resource>

#include "core/join/joiner.h"
#include "core/join/record_counts.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

class World {
 public:
  explicit World(int64_t records, bool evict = false) {
    Settings settings;
    settings.defaults.windows = {LastWindow(10)};
    settings.remembered_bytes = records * PairTable::kBytesPerRecord;
    settings.evict_oldest = evict;
    REQUIRE(state.ChangeSettings(settings, 1'700'000'000'000));
  }

  bool Admit(const std::vector<TestEvent>& events, uint64_t to_follow = 0,
             bool is_rest = false) {
    batch = Batch(events);
    batch.to_follow = to_follow;
    batch.is_rest = is_rest;
    names.Begin(batch);
    return reservation.Admit(batch);
  }
  void Apply(const std::vector<TestEvent>& events) {
    Joiner joiner(&state);
    BatchOutcome outcome;
    joiner.Apply(Batch(events), &outcome);
    REQUIRE(!outcome.full);
  }

  State state{std::pmr::get_default_resource()};
  EventBatch batch;
  BatchNames names{&state};
  Chain chain{&state};
  Reservation reservation{&state, &names, &chain};
};

}  // namespace

TEST_CASE("records are reserved for each event until it is its turn") {
  World world(10);
  REQUIRE(world.Admit({Prediction("a", "UP"), Label("a", "UP")}));
  CHECK(world.reservation.reserved() == 2);
  CHECK(world.reservation.Fits(8));
  CHECK(!world.reservation.Fits(9));
  world.reservation.Release(0);
  CHECK(world.reservation.reserved() == 1);
  world.reservation.Release(1);
  CHECK(world.reservation.reserved() == 0);
}

TEST_CASE("what parts of a request that follow need is reserved, too") {
  World world(10);
  REQUIRE(world.Admit({Prediction("a", "UP")}, 5));
  CHECK(world.reservation.reserved() == 6);
  CHECK(!world.Admit({Prediction("a", "UP")}, 10));
}

TEST_CASE("a batch that would not fit if all were new is refused") {
  World world(2);
  CHECK(world.Admit({Prediction("a", "UP"), Prediction("b", "UP")}));
  CHECK(!world.Admit(
      {Prediction("a", "UP"), Prediction("b", "UP"), Prediction("c", "UP")}));
}

TEST_CASE("at the bound labels of known ids reserve nothing") {
  World world(2);
  world.Apply({Prediction("a", "UP"), Prediction("b", "UP")});
  REQUIRE(world.Admit({Label("a", "UP"), Label("b", "UP"), Label("a", "UP")}));
  CHECK(world.reservation.reserved() == 0);
  CHECK(!world.Admit({Label("a", "UP"), Label("c", "UP")}));
}

TEST_CASE("nothing is reserved where what waits may be evicted") {
  World world(1, true);
  REQUIRE(world.Admit({Prediction("a", "UP"), Prediction("b", "UP")}));
  CHECK(world.reservation.reserved() == 0);
  world.reservation.Release(0);
}

TEST_CASE("the rest of a request that was taken is taken") {
  World world(1);
  REQUIRE(world.Admit({Prediction("a", "UP"), Prediction("b", "UP")}, 0, true));
  CHECK(world.reservation.reserved() == 0);
}

TEST_CASE("an admission forgets what is joined to make room, not a plan") {
  World world(2);
  world.Apply({Both("UP", "UP", "a")});
  world.Apply({Prediction("b", "UP")});
  CHECK(world.state.records() == 2);
  REQUIRE(world.Admit({Prediction("c", "UP")}));
  CHECK(world.state.records() == 1);
}

TEST_CASE("records of events are counted from what they say") {
  TestEvent scored = Prediction("a", "UP");
  scored.scores = {{"UP", 0.5}, {"DOWN", 0.5}, {"FLAT", 0.0}};
  TestEvent set = Prediction("b", TestEvent::Set{"x", "y"});
  const EventBatch batch =
      Batch({Prediction("c", "UP"), scored, set, Both("UP", "UP")});
  CHECK(RecordsOf(batch, batch.events[0]) == 1);
  CHECK(RecordsOf(batch, batch.events[1]) == 2);
  CHECK(DetailCount(batch, batch.events[2]) == SetDetails(2));
  CHECK(RecordsOf(batch, batch.events[3]) == 0);
  CHECK(RecordsOfPredictions(batch, 1) == 2 + 1 + SetDetails(2));
}
