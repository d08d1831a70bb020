// A state with a clock that was ahead continues as if it had not been.

#include "core/engine/set_back.h"

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

constexpr int64_t kYear = 365 * Engine::kDay;

uint64_t SetBack(Engine* engine, int64_t now_ms) {
  uint64_t changed = 0;
  engine->now_ms = now_ms;
  engine->pipeline.Exclusively([&](State* state) {
    PairsSetBack pairs(state, now_ms);
    pairs.ChangeThoseInMemory();
    state->SetBack(now_ms);
    changed = pairs.changed();
  });
  return changed;
}

// Checks that no window has a negative count.
void CheckWindow(const WindowSnapshot& window) {
  const SlotCounts& sum = window.counts;
  CAPTURE(window.settings.name);
  REQUIRE(sum.labelled <= sum.predictions);
  uint64_t cells = 0;
  for (const uint64_t cell : sum.matrix) cells += cell;
  for (uint32_t i = static_cast<uint32_t>(Marginal::kActual);
       i < sum.marginals.size(); i += kMarginals) {
    cells += sum.marginals[i];
  }
  if (!sum.matrix.empty()) REQUIRE(cells == sum.observations);
}

void CheckLaws(const Engine& engine) {
  VisitModels(
      engine.pipeline.state(), engine.now_ms, [](const ModelSnapshot& model) {
        CAPTURE(model.name);
        REQUIRE(model.counts[kLabels] == model.counts[kJoinedLabels] +
                                             model.counts[kPendingLabels] +
                                             model.counts[kExpiredLabels] +
                                             model.counts[kEvictedLabels]);
        for (const VersionSnapshot& version : model.versions) {
          const auto& counts = version.counts;
          CAPTURE(version.name);
          REQUIRE(counts[kPredictions] == counts[kPendingPredictions] +
                                              counts[kObservations] +
                                              counts[kExpiredPredictions] +
                                              counts[kEvictedPredictions]);
          for (const WindowSnapshot& window : version.windows) {
            CheckWindow(window);
          }
        }
      });
}

}  // namespace

TEST_CASE("what came while the clock was ahead counts as of now") {
  Engine engine;
  const int64_t now_ms = engine.now_ms;
  engine.now_ms += kYear;
  for (int i = 0; i < 20; ++i) {
    engine.Post({Prediction(std::to_string(i), "UP")});
  }
  for (int i = 0; i < 10; ++i) engine.Post({Label(std::to_string(i), "UP")});
  CHECK(SetBack(&engine, now_ms) == 20);
  CheckLaws(engine);
  CHECK(engine.Window("1h").observations == 10);
  CHECK(engine.Window("1h").predictions == 20);
  CHECK(engine.Window("1h").labelled == 10);
  CHECK(engine.Count(kLastPredictionMs) == static_cast<uint64_t>(now_ms));

  // Ids are recognised, waiting predictions join, and a correction moves its
  // pair.
  CHECK(
      engine.Post({Prediction("3", "UP"), Prediction("15", "UP")}).duplicates ==
      2);
  engine.Wait(1000);
  engine.Post({Label("15", "UP"), Label("3", "DOWN")});
  CHECK(engine.Count(kObservations) == 11);
  CHECK(engine.Count(kCorrections) == 1);
  CHECK(engine.Cell("1h", "UP", "UP") == 10);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
  CHECK(engine.Window("1h").labelled == 11);
  CheckLaws(engine);

  // Time passes, and records expire.
  engine.Wait(2 * Engine::kHour);
  CHECK(engine.Window("1h").observations == 0);
  CHECK(engine.Count(kPendingPredictions) == 9);
  engine.Wait(engine.settings.horizon_ms);
  engine.Wait(engine.settings.horizon_ms / 50);
  CHECK(engine.Count(kPendingPredictions) == 0);
  CHECK(engine.Count(kExpiredPredictions) == 9);
  CHECK(engine.remembered() == 0);
  CheckLaws(engine);
}

TEST_CASE("what had left a window does not come back") {
  Engine engine;
  const int64_t now_ms = engine.now_ms;
  engine.Post({Prediction("a", "UP")});
  engine.Post({Label("a", "UP")});
  engine.now_ms += Engine::kDay;
  engine.Post({Prediction("b", "UP")});
  // The pair has left the window, which still has the slot.
  engine.Post({Label("a", "DOWN")});
  SetBack(&engine, now_ms + 1000);
  CHECK(engine.Window("1h").observations == 0);
  CHECK(engine.Window("1h").predictions == 1);
  engine.Post({Both("UP", "UP", "c")});
  engine.Wait(1000);
  engine.Post({Label("a", "UP")});
  CHECK(engine.Window("1h").observations == 1);
  CHECK(engine.Cell("1h", "UP", "UP") == 1);
  CheckLaws(engine);
}

TEST_CASE("a clock that was ahead for less than a window loses nothing of it") {
  Engine engine;
  const int64_t now_ms = engine.now_ms;
  engine.Post({Both("UP", "UP", "a")});
  engine.now_ms += 10 * Engine::kMinute;
  engine.Post({Both("UP", "DOWN", "b")});
  SetBack(&engine, now_ms + 1000);
  CHECK(engine.Window("1h").observations == 2);
  engine.Post({Label("a", "DOWN"), Label("b", "UP")});
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
  CHECK(engine.Cell("1h", "UP", "UP") == 1);
  CheckLaws(engine);
  // Leaves the old slot and the current one.
  engine.Wait(Engine::kHour + 2 * Engine::kMinute);
  CHECK(engine.Window("1h").observations == 0);
}

TEST_CASE("a stored chain that is ahead comes into memory") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 1000, 1000);
  const int64_t now_ms = engine.now_ms;
  engine.now_ms += kYear;
  engine.Post({Prediction("a", "UP")});
  Record stored;
  engine.pipeline.Exclusively([&](State* state) {
    state->table().ForEach([&stored](const Record& r) { stored = r; });
    PairsSetBack pairs(state, now_ms);
    Record unknown = stored;
    unknown.owner = 999;
    CHECK_FALSE(pairs.ChangeStored(std::vector<Record>{unknown}));
    // Another pair, only in the store.
    stored.key.hi ^= 1;
    stored.dirty = 0;
    CHECK(pairs.ChangeStored(std::vector<Record>{stored}));
    CHECK(pairs.changed() == 1);
    const uint32_t number = state->table().Find(stored.key);
    REQUIRE(number != PairTable::kNone);
    CHECK(state->table().at(number).time == static_cast<uint64_t>(now_ms));
    // A pair in memory keeps its values there.
    CHECK(pairs.ChangeStored(std::vector<Record>{stored}));
    CHECK(pairs.changed() == 1);
  });
}

TEST_CASE("a random world that was ahead keeps its laws when it is set back") {
  std::mt19937 random(GENERATE(range(1u, 1 + SeedsOr(4))));
  Engine engine;
  SmallWorld(true, &engine);
  if (random() % 2 == 0) {
    for (WindowSettings& window : engine.settings.defaults.windows) {
      window.by_prediction = window.last == 0;
    }
    engine.Use();
  }
  const auto live = [&](int groups) {
    for (int group = 0; group < groups; ++group) {
      engine.now_ms += static_cast<int64_t>(random() % 3000);
      std::vector<TestEvent> events;
      for (auto n = random() % 20; n > 0; --n) {
        events.push_back(RandomEvent(&random));
      }
      engine.Post(events);
      CheckLaws(engine);
    }
  };
  for (int round = 0; round < 4; ++round) {
    live(30);
    const int64_t now_ms = engine.now_ms;
    constexpr int64_t kJumps[] = {1000, 20'000, 200'000, Engine::kHour, kYear};
    engine.now_ms += kJumps[random() % std::size(kJumps)];
    live(30);
    SetBack(&engine, now_ms + static_cast<int64_t>(random() % 2000));
    CheckLaws(engine);
  }
  live(60);
  // It is saved in this form.
  State loaded(std::pmr::get_default_resource());
  StateImage image;
  engine.pipeline.Exclusively([&](State* state) {
    const auto models = state->models().Get();
    for (Model* model : models) model->dirty = true;
    image = SaveState(state);
  });
  REQUIRE(LoadState(image, &loaded));
  CHECK(Describe(loaded, engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
}
