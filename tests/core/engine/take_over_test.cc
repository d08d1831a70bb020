// A state that takes over models equals one that had them from the beginning.

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/engine/pipeline.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"
#include "tests/support/random_events.h"
#include "tests/support/seeds.h"

using namespace plumbline;  // NOLINT: a test

namespace {

bool IsOfPast(const TestEvent& event) {
  return event.model == "model3" || event.model == "model4";
}

// Begins an empty past. The present must not change until it takes it over.
void Begin(Engine* past, const Engine& present) {
  past->pipeline.Exclusively(
      [&](State* state) { state->NumberBehind(present.pipeline.state()); });
}

// Returns what prevented it, or empty.
std::string TakeOver(Engine* past, Engine* present) {
  std::string wrong = "not done";
  past->pipeline.Exclusively([&](State* of_past) {
    present->pipeline.Exclusively(
        [&](State* state) { wrong = state->TakeOver(of_past); });
  });
  return wrong;
}

// Three engines with the same settings: one has all models, one has some, and
// one applies the past of the others.
struct Worlds {
  explicit Worlds(unsigned seed) : random(seed) {
    for (Engine* engine : {&whole, &present, &past}) {
      SmallWorld(true, engine);
      engine->settings.remembered_bytes = 4000 * PairTable::kBytesPerRecord;
      engine->Use();
    }
  }

  // Random events, which are also posted to `whole`.
  std::vector<TestEvent> Events() {
    whole.now_ms += static_cast<int64_t>(random() % 3000);
    std::vector<TestEvent> events;
    for (auto n = random() % 20; n > 0; --n) {
      events.push_back(RandomEvent(&random));
    }
    whole.Post(events);
    return events;
  }

  void Post(const std::vector<TestEvent>& events, int64_t now_ms,
            Engine* engine) {
    engine->now_ms = now_ms;
    engine->Post(events);
  }

  std::mt19937 random;
  Engine whole;
  Engine present;
  Engine past;
};

}  // namespace

TEST_CASE("a state takes over the past of models that it did not have") {
  MapStore store;
  Worlds worlds(GENERATE(range(1u, 1 + SeedsOr(1))));
  if (GENERATE(false, true)) {
    worlds.present.pipeline.UseStore(&store, 10'000, 10'000);
  }
  std::vector<std::pair<int64_t, std::vector<TestEvent>>> kept_back;
  for (int group = 0; group < 200; ++group) {
    std::vector<TestEvent> events = worlds.Events();
    auto& [time_ms, of_past] = kept_back.emplace_back();
    time_ms = worlds.whole.now_ms;
    std::copy_if(events.begin(), events.end(), std::back_inserter(of_past),
                 IsOfPast);
    std::erase_if(events, IsOfPast);
    worlds.Post(events, time_ms, &worlds.present);
  }
  Begin(&worlds.past, worlds.present);
  for (const auto& [time_ms, events] : kept_back) {
    worlds.Post(events, time_ms, &worlds.past);
  }
  REQUIRE(TakeOver(&worlds.past, &worlds.present).empty());
  for (int group = 0; group < 200; ++group) {
    const auto events = worlds.Events();
    worlds.Post(events, worlds.whole.now_ms, &worlds.present);
    if (group % 20 != 0) continue;
    REQUIRE(Describe(worlds.present.pipeline.state(), worlds.whole.now_ms) ==
            Describe(worlds.whole.pipeline.state(), worlds.whole.now_ms));
  }
  // All remembered records expire in time.
  worlds.whole.Wait(Engine::kHour);
  worlds.present.now_ms = worlds.whole.now_ms;
  worlds.present.Do(Command{Tick{}});
  CHECK(worlds.whole.remembered() == 0);
  CHECK(worlds.present.remembered() == 0);
}

TEST_CASE("a past that is older than what a state remembers expires first") {
  Engine present;
  Engine past;
  present.now_ms = past.now_ms + present.settings.horizon_ms / 2;
  present.Post({Prediction("b", "UP")});
  Begin(&past, present);
  TestEvent old = Prediction("a", "UP");
  old.model = "old";
  past.Post({old});
  REQUIRE(TakeOver(&past, &present).empty());
  CHECK(present.remembered() == 2);
  present.Wait(present.settings.horizon_ms * 55 / 100);
  CHECK(present.remembered() == 1);
  CHECK(present.FindVersion("1", "old").counts[kExpiredPredictions] == 1);
  present.Wait(present.settings.horizon_ms / 2);
  CHECK(present.remembered() == 0);
}

TEST_CASE(
    "of a model that is configured by its name the one with events stays") {
  Engine present;
  Engine past;
  for (Engine* engine : {&present, &past}) {
    for (const char* name : {"old", "new", "neither"}) {
      ModelSettings rule = engine->settings.defaults;
      rule.match = name;
      engine->settings.model_rules.push_back(rule);
    }
  }
  present.now_ms = past.now_ms + Engine::kHour;
  present.Use();
  TestEvent event = Both("UP", "UP");
  event.model = "new";
  present.Post({event});
  Begin(&past, present);
  past.Use();
  event.model = "old";
  past.Post({event});
  REQUIRE(TakeOver(&past, &present).empty());
  CHECK(present.FindVersion("1", "old").counts[kPredictions] == 1);
  CHECK(present.FindVersion("1", "new").counts[kPredictions] == 1);
  CHECK(present.Has("neither"));
  CHECK(present.pipeline.state().gauges().model_count.load() == 3);
}

TEST_CASE("what does not fit into the limits is not taken over") {
  Engine present;
  Engine past;
  present.settings.models = 1;
  present.Use();
  present.Post({Prediction("b", "UP")});
  Begin(&past, present);
  TestEvent other = Prediction("a", "UP");
  other.model = "other";
  past.Post({other});
  CHECK(TakeOver(&past, &present) == "limits.models");
  CHECK_FALSE(present.Has("other"));
}
