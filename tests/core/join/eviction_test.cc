// The limit on remembered records, and both policies at it.

#include "core/join/eviction.h"

#include <random>

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/seeds.h"

using namespace plumbline;  // NOLINT: a test

namespace {

Engine& Bounded(Engine& engine, int64_t records, bool evict) {
  engine.settings.remembered_bytes = records * PairTable::kBytesPerRecord;
  engine.settings.evict_oldest = evict;
  engine.Use();
  return engine;
}

std::string Id(int n) { return "id" + std::to_string(n); }

// Posts each half in a request of its own. The reservation would take a label
// beside its prediction for an early one.
void PostPairs(Engine& engine, int n) {
  for (int i = 0; i < n; ++i) {
    engine.Post({Prediction(Id(i), "UP")});
    engine.Post({Label(Id(i), "UP")});
  }
}

}  // namespace

TEST_CASE("at the bound joined predictions are forgotten first") {
  Engine engine;
  Bounded(engine, 128, false);
  PostPairs(engine, 128);
  CHECK(engine.remembered() == 128);
  CHECK(engine.Post({Prediction("x", "UP")}).accepted == 1);
  CHECK(engine.Count(kForgottenPredictions) > 0);
  CHECK(engine.Count(kObservations) == 128);
  CHECK(engine.remembered() <= 128);
  // Forgotten ids are new again; remembered ones are recognised.
  CHECK(engine.Post({Prediction(Id(127), "UP")}).duplicates == 1);
  CHECK(engine.Post({Prediction(Id(0), "UP")}).accepted == 1);
}

TEST_CASE("forgetting takes a small part of what is remembered") {
  Engine engine;
  Bounded(engine, 640, false);
  for (int i = 0; i < 640; ++i) {
    engine.Post({Prediction(Id(i), "UP"), Label(Id(i), "UP")});
  }
  engine.Post({Prediction("x", "UP")});
  CHECK(engine.Count(kForgottenPredictions) <= 10);
}

TEST_CASE("reject refuses a request that would not fit, whole") {
  Engine engine;
  Bounded(engine, 10, false);
  for (int i = 0; i < 9; ++i) engine.Post({Prediction(Id(i), "UP")});
  const auto outcome =
      engine.Post({Prediction("x", "UP"), Prediction("y", "UP")});
  CHECK(outcome.full);
  CHECK(outcome.accepted == 0);
  CHECK(engine.Count(kPredictions) == 9);
  CHECK(engine.Post({Prediction("x", "UP")}).accepted == 1);
  CHECK(engine.Post({Label("early", "UP")}).full);
}

TEST_CASE("labels for known ids are always taken") {
  Engine engine;
  Bounded(engine, 10, false);
  for (int i = 0; i < 10; ++i) engine.Post({Prediction(Id(i), "UP")});
  CHECK(engine.Post({Prediction("x", "UP")}).full);
  CHECK(engine.Post({Label(Id(3), "UP"), Label(Id(4), "DOWN")}).accepted == 2);
  CHECK(engine.Count(kObservations) == 2);
}

TEST_CASE("a resend at the bound forgets nothing") {
  Engine engine;
  Bounded(engine, 10, false);
  PostPairs(engine, 10);
  for (int i = 0; i < 10; ++i) {
    CHECK(engine.Post({Prediction(Id(i), "UP")}).duplicates == 1);
  }
  CHECK(engine.Count(kForgottenPredictions) == 0);
}

TEST_CASE("evict_oldest drops what has waited longest") {
  Engine engine;
  Bounded(engine, 10, true);
  for (int i = 0; i < 10; ++i) engine.Post({Prediction(Id(i), "UP")});
  CHECK(engine.Post({Prediction("x", "UP")}).accepted == 1);
  CHECK(engine.Count(kEvictedPredictions) == 1);
  CHECK(engine.Count(kPendingPredictions) == 10);
  CHECK(engine.Post({Label(Id(9), "UP")}).accepted == 1);
  CHECK(engine.Count(kObservations) == 1);
}

TEST_CASE("a label at the bound does not evict the prediction it scores") {
  Engine engine;
  Bounded(engine, 10, true);
  for (int i = 0; i < 10; ++i) engine.Post({Prediction(Id(i), "UP")});
  engine.Post({Label(Id(0), "UP")});
  CHECK(engine.Count(kObservations) == 1);
  CHECK(engine.Count(kEvictedPredictions) == 0);
}

TEST_CASE("early labels are evicted too") {
  Engine engine;
  Bounded(engine, 10, true);
  for (int i = 0; i < 25; ++i) engine.Post({Label(Id(i), "UP")});
  CHECK(engine.Count(kEvictedLabels) == 15);
  CHECK(engine.Count(kPendingLabels) == 10);
  CHECK(engine.Count(kLabels) == 25);
}

TEST_CASE(
    "a pair that is joined after its neighbours were forgotten is known") {
  Engine engine;
  Bounded(engine, 200, false);
  engine.Post({Prediction("slow", "UP")});
  for (int i = 0; i < 400; ++i) {
    engine.Post({Prediction(Id(i), "UP"), Label(Id(i), "UP")});
  }
  CHECK(engine.Count(kForgottenPredictions) > 0);
  engine.Post({Label("slow", "UP")});
  CHECK(engine.Count(kObservations) == 401);
  CHECK(engine.Post({Label("slow", "UP")}).duplicates == 1);
  CHECK(engine.Post({Prediction("slow", "UP")}).duplicates == 1);
}

TEST_CASE("the protection of resends is as old as what was forgotten") {
  Engine engine;
  Bounded(engine, 100, false);
  const auto protection = [&engine] {
    return ResendProtectionMs(engine.pipeline.state(), engine.now_ms);
  };
  CHECK(protection() == engine.settings.horizon_ms);
  for (int i = 0; i < 150; ++i) {
    engine.Post({Prediction(Id(i), "UP"), Label(Id(i), "UP")});
    engine.now_ms += 1000;
  }
  CHECK(protection() > 80'000);
  CHECK(protection() < 110'000);
}

TEST_CASE("memory stays bounded under a stream of corrections") {
  Engine engine;
  Bounded(engine, 50, false);
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  for (int i = 0; i < 500; ++i) {
    engine.Post({Label("a", "class" + std::to_string(i))});
  }
  CHECK(engine.remembered() <= 50);
  CHECK(engine.Count(kObservations) == 1);
}

TEST_CASE("dead records are swept from memory") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kMinute;
  engine.settings.label_horizon_ms = Engine::kMinute;
  engine.Use();
  State& state = const_cast<State&>(engine.pipeline.state());
  for (int round = 0; round < 20; ++round) {
    std::vector<TestEvent> events;
    for (int i = 0; i < 1000; ++i) {
      events.push_back(Prediction(Id(round * 1000 + i), "UP"));
    }
    engine.Post(events);
    engine.Wait(2 * Engine::kMinute);
    CHECK(state.table().size() <= 1000);
  }
}

TEST_CASE("a resend does not undo a correction at the bound") {
  const bool evict = GENERATE(false, true);
  Engine engine;
  Bounded(engine, 100, evict);
  for (int i = 0; i < 100; ++i) engine.Post({Both("UP", "UP", Id(i))});
  CHECK(engine.Post({Label(Id(99), "DOWN")}).accepted == 1);
  CHECK(engine.Post({Label(Id(99), "UP")}).duplicates == 1);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
}

TEST_CASE("an event that is planned again at the bound keeps the limits") {
  Engine engine;
  engine.settings.correct_labels = false;
  engine.settings.classes = 2;
  engine.settings.label_horizon_ms = Engine::kMinute;
  Bounded(engine, 2, true);
  engine.Post({Both("UP", "DOWN", "x")});
  engine.Post({Both("UP", "DOWN", "y")});
  TestEvent other = Both("UP", "FLAT", "x");
  other.version = "2";
  CHECK(engine.Post({other}).accepted == 0);
  CHECK(engine.Model().classes.size() == 2);
}

TEST_CASE("past labels never take the bound beyond itself under reject") {
  constexpr int64_t kLimit = 40;
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(2)));
  std::mt19937 random(seed);
  Engine engine;
  Bounded(engine, kLimit, false);
  for (int request = 0; request < 300; ++request) {
    std::vector<TestEvent> events;
    for (auto n = random() % 30; n > 0; --n) {
      const std::string id = std::to_string(random() % 60);
      const std::string value = std::to_string(random() % 5);
      const auto what = random() % 3;
      if (what == 0) events.push_back(Prediction(id, value));
      if (what == 1) events.push_back(Label(id, value));
      if (what == 2) events.push_back(Both(value, value, id));
    }
    engine.Post(events);
    REQUIRE(engine.remembered() <= kLimit);
  }
}

TEST_CASE("past labels of early labels are counted, forgotten and gone") {
  Engine engine;
  Bounded(engine, 200, false);
  for (int i = 0; i < 190; ++i) engine.Post({Label(Id(i), "c0")});
  for (int v = 1; v <= 20; ++v) {
    for (int i = 0; i < 190; ++i) {
      engine.Post({Label(Id(i), "c" + std::to_string(v))});
    }
  }
  CHECK(engine.remembered() <= 200);
  for (int i = 0; i < 5; ++i) engine.Post({Prediction(Id(i), "c0")});
  const State& state = engine.pipeline.state();
  uint64_t counted = 0;
  for (const Model* model : state.models().Get()) counted += model->records;
  CHECK(counted == state.records());
  CHECK(counted <= 200);
  // Records that are not counted are dead, and are swept.
  for (int i = 0; i < 10; ++i) engine.Wait(1);
  CHECK(const_cast<State&>(state).table().size() == counted);
}

TEST_CASE("labels whose pair had to go take no room promised to predictions") {
  Engine engine;
  Bounded(engine, 100, false);
  std::vector<TestEvent> events;
  for (int i = 0; i < 50; ++i) events.push_back(Both("a", "a", Id(i)));
  for (int i = 50; i < 100; ++i) events.push_back(Prediction(Id(i), "a"));
  engine.Post(events);
  events.clear();
  for (int i = 100; i < 150; ++i) events.push_back(Prediction(Id(i), "a"));
  for (int i = 0; i < 50; ++i) events.push_back(Label(Id(i), "a"));
  CHECK(engine.Post(events).full);
  CHECK(engine.remembered() <= 100);
}

TEST_CASE("a prediction that corrects an early label keeps the bound") {
  Engine engine;
  Bounded(engine, 100, true);
  for (int i = 0; i < 100; ++i) engine.Post({Label(Id(i), "a")});
  engine.Post({Both("a", "b", Id(5))});
  CHECK(engine.remembered() <= 100);
}

TEST_CASE("a correction at the bound counts, whatever has to go for it") {
  const bool evict = GENERATE(false, true);
  Engine engine;
  Bounded(engine, 100, evict);
  for (int i = 0; i < 100; ++i) engine.Post({Prediction(Id(i), "UP")});
  for (int i = 0; i < 10; ++i) engine.Post({Label(Id(i), "UP")});
  CHECK(engine.Post({Label(Id(5), "DOWN")}).accepted == 1);
  CHECK(engine.Count(kCorrections) == 1);
  CHECK(engine.Count(kLabels) == 10);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
  CHECK(engine.Cell("1h", "UP", "UP") == 9);
  CHECK(engine.Count(kPendingLabels) == 0);
  CHECK(engine.remembered() <= 100);
}

TEST_CASE("what is forgotten while its age is open does not come back") {
  Engine engine;
  Bounded(engine, 64'000, true);
  std::vector<TestEvent> waiting;
  for (int i = 0; i < 63'998; ++i) waiting.push_back(Prediction(Id(i), "a"));
  engine.Post(waiting);
  for (int i = 0; i < 900; ++i) {
    TestEvent both = Both("a", "a", "both" + std::to_string(i));
    both.version = "2";
    engine.Post({both});
  }
  const State& state = engine.pipeline.state();
  CHECK(state.records() <= 64'000);
  auto& table = const_cast<State&>(state).table();
  for (int i = 0; i < 30; ++i) engine.Wait(1);  // sweeps dead records
  CHECK(table.size() == state.records());
}

TEST_CASE("a request that rests on what has to go keeps the bound") {
  Engine engine;
  Bounded(engine, 4000, false);
  engine.settings.models = 10'000;
  engine.Use();
  std::vector<TestEvent> request;
  for (int minute = 0; minute < 10; ++minute) {
    for (int m = 0; m < 100; ++m) {
      TestEvent both = Both("a", "a", Id(minute));
      both.model = "m" + std::to_string(m);
      engine.Post({both});
      request.push_back(both);
    }
    engine.Wait(3 * Engine::kHour);
  }
  for (int i = 0; i < 3000; ++i) engine.Post({Prediction(Id(i), "a")});
  request.push_back(Prediction("new", "a"));
  engine.Post(request);
  CHECK(engine.remembered() <= 4000);
}
