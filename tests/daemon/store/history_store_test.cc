#include "daemon/store/history_store.h"

#include <string>

#include "core/codec/bytes.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// An engine that stores its history in a database, without other checkpoint
// parts.
class Keeper {
 public:
  Keeper() {
    database = Database::Open(directory.path, 1 << 20, &error);
    history = std::make_unique<HistoryStore>(database.get(), 3 * Engine::kDay);
    engine.pipeline.UseStore(&pairs, 1000, 1000);
    engine.now_ms = Engine::kDay * 20'000 + 30'000;
  }

  void Checkpoint() {
    ++sequence;
    engine.pipeline.Exclusively(
        [this](State* state) { history->Take(state, sequence); });
    Store();
  }
  void Store() {
    DatabaseUpdate update;
    update.sequence = sequence;
    const auto changes = history->Changes();
    REQUIRE(changes);
    update.history = *changes;
    REQUIRE(database->Write(update));
    history->Stored();
  }
  Steps Read(int64_t from_ms = 0) {
    const uint32_t owner = engine.FindVersion().owner;
    const auto steps =
        history->Read(&engine.pipeline, owner, from_ms, engine.now_ms + 1);
    REQUIRE(steps);
    return *steps;
  }
  int64_t Observations() {
    int64_t sum = 0;
    for (const auto& [begin, step] : Read()) sum += step.observations;
    return sum;
  }
  size_t StoredKeys() {
    size_t keys = 0;
    database->ForEachHistory([&](auto, auto) { return ++keys > 0; });
    return keys;
  }

  const TemporaryDirectory directory;
  std::string error;
  MapStore pairs;
  std::unique_ptr<Database> database;
  std::unique_ptr<HistoryStore> history;
  Engine engine;
  uint64_t sequence = 1;
};

}  // namespace

TEST_CASE("history is what was completed in each minute, wherever it is") {
  Keeper keeper;
  Engine& engine = keeper.engine;
  engine.Post({Both("UP", "UP"), Both("UP", "DOWN")});
  engine.Wait(60'000);
  engine.Post({Both("UP", "UP")});
  const Steps dirty = keeper.Read();
  REQUIRE(dirty.size() == 2);
  CHECK(dirty.begin()->first == Engine::kDay * 20'000);
  CHECK(dirty.begin()->second.observations == 2);
  CHECK(dirty.begin()->second.cells.at(CellOf(0, 0)) == 1);
  CHECK(dirty.begin()->second.cells.at(CellOf(1, 0)) == 1);
  CHECK(dirty.rbegin()->second.observations == 1);

  // Some steps are taken, some stored, and some are in the same minute.
  engine.pipeline.Exclusively(
      [&](State* state) { keeper.history->Take(state, ++keeper.sequence); });
  CHECK(keeper.Observations() == 3);
  engine.Post({Both("UP", "UP")});
  CHECK(keeper.Observations() == 4);
  keeper.Store();
  CHECK(keeper.Observations() == 4);
  keeper.Checkpoint();
  CHECK(keeper.Observations() == 4);
  CHECK(keeper.StoredKeys() == 2);
  CHECK(keeper.Read(Engine::kDay * 20'000 + 60'000).size() == 1);
}

TEST_CASE("between its writing and its end a checkpoint is not counted twice") {
  Keeper keeper;
  keeper.engine.Post({Both("UP", "UP")});
  keeper.engine.pipeline.Exclusively(
      [&](State* state) { keeper.history->Take(state, ++keeper.sequence); });
  DatabaseUpdate update;
  update.sequence = keeper.sequence;
  update.history = *keeper.history->Changes();
  REQUIRE(keeper.database->Write(update));
  CHECK(keeper.Observations() == 1);
  keeper.history->Stored();
  CHECK(keeper.Observations() == 1);
}

TEST_CASE("a correction changes the minute that its pair was completed in") {
  Keeper keeper;
  Engine& engine = keeper.engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  keeper.Checkpoint();
  engine.Wait(10 * 60'000);
  engine.Post({Label("a", "DOWN")});
  for (int saved = 0; saved < 2; ++saved) {
    const Steps steps = keeper.Read();
    REQUIRE(steps.size() == 1);
    CHECK(steps.begin()->second.observations == 1);
    CHECK(steps.begin()->second.cells ==
          std::map<uint32_t, int64_t>{{CellOf(1, 0), 1}});
    keeper.Checkpoint();
  }
}

TEST_CASE("minutes become hours after a day, and go after the retention") {
  Keeper keeper;
  Engine& engine = keeper.engine;
  engine.settings.retire_after_ms = 100 * Engine::kDay;
  engine.Use();
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  for (int minute = 0; minute < 90; ++minute) {
    engine.Post({Both("UP", "UP")});
    engine.Wait(60'000);
    if (minute % 20 == 0) keeper.Checkpoint();
  }
  keeper.Checkpoint();
  CHECK(keeper.Read().size() == 90);
  engine.Wait(25 * Engine::kHour);
  keeper.Checkpoint();
  Steps steps = keeper.Read();
  REQUIRE(steps.size() == 2);
  CHECK(steps.begin()->second.observations == 61);
  CHECK(steps.rbegin()->second.observations == 30);
  CHECK(keeper.StoredKeys() == 2);

  // A correction changes the hour.
  engine.Post({Label("a", "DOWN")});
  keeper.Checkpoint();
  steps = keeper.Read();
  REQUIRE(steps.size() == 2);
  CHECK(steps.begin()->second.cells.at(CellOf(1, 0)) == 1);
  CHECK(steps.begin()->second.cells.at(CellOf(0, 0)) == 60);

  engine.Wait(3 * Engine::kDay);
  keeper.Checkpoint();
  CHECK(keeper.Read().empty());
  CHECK(keeper.StoredKeys() == 0);
  // A correction of a step that is no longer kept adds nothing.
  engine.Post({Label("a", "UP")});
  keeper.Checkpoint();
  CHECK(keeper.StoredKeys() == 0);
}

TEST_CASE("the history of what is deleted goes") {
  Keeper keeper;
  keeper.engine.Post({Both("UP", "UP")});
  keeper.Checkpoint();
  CHECK(keeper.StoredKeys() == 1);
  keeper.engine.Do(Command{Removal{"m", {}}});
  keeper.engine.Wait(2 * Engine::kHour);
  keeper.Checkpoint();
  CHECK(keeper.StoredKeys() == 0);
}

TEST_CASE("without a store history is in memory, within its bound") {
  Engine engine;
  engine.now_ms = Engine::kDay * 20'000;
  engine.settings.retire_after_ms = 100 * Engine::kDay;
  engine.Use();
  const auto steps = [&engine] {
    Steps found;
    engine.pipeline.Exclusively([&](State* state) {
      found = state->owner(engine.FindVersion().owner).version->history.steps();
    });
    return found;
  };
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  for (int hour = 0; hour < 30; ++hour) {
    engine.Post({Both("UP", "UP")});
    engine.Wait(Engine::kMinute);
    engine.Post({Both("UP", "UP")});
    engine.Wait(59 * Engine::kMinute);
  }
  CHECK(steps().size() == 5 + 2 * 25);
  CHECK(steps().begin()->second.observations == 3);
  engine.Post({Label("a", "DOWN")});
  CHECK(steps().begin()->second.cells.at(CellOf(1, 0)) == 1);

  engine.settings.window_bytes = engine.pipeline.state().window_bytes() + 2000;
  engine.Use();
  engine.Wait(Engine::kHour);
  engine.Post({Both("UP", "UP")});
  CHECK(steps().size() < 15);
  CHECK(steps().size() > 3);
  CHECK(steps().rbegin()->second.observations == 1);
}

TEST_CASE(
    "history that is damaged is refused, and does not stop what is kept") {
  Keeper keeper;
  keeper.engine.Post({Both("UP", "UP")});
  keeper.Checkpoint();
  CHECK(keeper.Observations() == 1);
  std::string key;
  keeper.database->ForEachHistory([&key](std::string_view bytes, auto) {
    key = bytes;
    return true;
  });
  const auto reads_with = [&keeper](const std::string& at,
                                    const std::string& value) {
    DatabaseUpdate update;
    update.sequence = ++keeper.sequence;
    update.history = {{at, value}};
    REQUIRE(keeper.database->Write(update));
    return keeper.history
        ->Read(&keeper.engine.pipeline, keeper.engine.FindVersion().owner, 0,
               keeper.engine.now_ms + 1)
        .has_value();
  };
  const auto step = [](uint32_t cell) {
    std::string bytes;
    ByteWriter out(&bytes);
    out.Put(int64_t{1});
    out.Put(uint32_t{1});
    out.Put(cell);
    out.Put(INT64_MAX);
    return bytes;
  };
  CHECK(reads_with(key, step(StepCounts::KeyOf(StepCounts::kMatrix, 3))));
  // A step with such a key would take gigabytes to show.
  CHECK_FALSE(reads_with(
      key, step(StepCounts::KeyOf(StepCounts::kFirstSection, 1 << 27))));
  CHECK_FALSE(reads_with(key, step(StepCounts::KeyOf(15, 0))));
  REQUIRE(reads_with(key, step(StepCounts::KeyOf(StepCounts::kMatrix, 3))));
  CHECK_FALSE(reads_with(key.substr(0, 12), step(0)));
  // The next merge of minutes into hours removes it.
  keeper.engine.Wait(2 * Engine::kDay);
  keeper.engine.Post({Both("UP", "UP")});
  keeper.Checkpoint();
  CHECK(keeper.StoredKeys() == 2);
}
