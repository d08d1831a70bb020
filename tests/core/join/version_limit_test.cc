// Behaviour at limits.versions_per_model.

#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/seeds.h"

namespace plumbline {
namespace {

constexpr int64_t kMinute = Engine::kMinute;
constexpr int64_t kHour = Engine::kHour;

// Allows three versions.
void Limit(Engine* engine) {
  engine->settings.versions_per_model = 3;
  engine->Use();
}

std::string Versions(const Engine& engine) {
  std::string names;
  for (const auto& version : engine.Model().versions) names += version.name;
  return names;
}

Reject RejectOf(const BatchOutcome& outcome) {
  return outcome.errors.empty() ? Reject::kNone : outcome.errors[0].reject;
}

// Adds a version with a pair, and with one more prediction, which may wait.
void Use(Engine* engine, const std::string& version, bool waits = false) {
  engine->Post({Prediction("pair" + version, "UP", version),
                Label("pair" + version, "UP")});
  if (waits) engine->Post({Prediction("waits" + version, "UP", version)});
}

TEST_CASE("the version that has been silent for longest makes room") {
  Engine engine;
  Limit(&engine);
  for (const char* version : {"b", "a", "c"}) {
    Use(&engine, version);
    engine.Wait(kMinute);
  }
  engine.Wait(kHour);
  Use(&engine, "d");
  CHECK(Versions(engine) == "acd");
  CHECK(engine.Count(kRetiredVersions) == 1);
  CHECK(engine.Count(kRetiredPendingPredictions) == 0);
  CHECK(engine.Cell("1h", "UP", "UP", "d") == 1);
  // Any event of a version keeps it.
  engine.Post({Label("paira", "DOWN")});
  Use(&engine, "e");
  CHECK(Versions(engine) == "ade");
}

TEST_CASE("a version with nothing waiting goes before one silent for longer") {
  Engine engine;
  Limit(&engine);
  Use(&engine, "a", true);
  engine.Wait(kMinute);
  Use(&engine, "b");
  engine.Wait(kMinute);
  Use(&engine, "c", true);
  engine.Wait(kHour);
  Use(&engine, "d");
  CHECK(Versions(engine) == "acd");
  CHECK(engine.Count(kRetiredPendingPredictions) == 0);
  // Waiting predictions are given up then.
  engine.Post({Prediction("more", "UP", "a")});
  engine.Wait(kHour);
  engine.Post({Prediction("x", "UP", "d")});
  Use(&engine, "e");
  CHECK(Versions(engine) == "ade");
  CHECK(engine.Count(kRetiredVersions) == 2);
  CHECK(engine.Count(kRetiredPendingPredictions) == 1);
  // A label for a deleted prediction is early.
  engine.Post({Label("waitsc", "UP")});
  CHECK(engine.Count(kPendingLabels) == 1);
}

TEST_CASE(
    "where no version has been silent for an hour the new one is refused") {
  Engine engine;
  Limit(&engine);
  for (const char* version : {"a", "b", "c"}) Use(&engine, version);
  engine.Wait(kHour - 1);
  CHECK(RejectOf(engine.Post({Prediction("x", "UP", "d")})) ==
        Reject::kVersionLimit);
  CHECK(Versions(engine) == "abc");
  engine.Wait(1);
  CHECK(engine.Post({Prediction("x", "UP", "d")}).accepted == 1);
  CHECK(Versions(engine) == "bcd");
}

TEST_CASE("with versions_when_full reject no version makes room") {
  Engine engine;
  engine.settings.retire_oldest_version = false;
  Limit(&engine);
  for (const char* version : {"a", "b", "c"}) Use(&engine, version);
  engine.Wait(2 * kHour);
  CHECK(RejectOf(engine.Post({Prediction("x", "UP", "d")})) ==
        Reject::kVersionLimit);
  CHECK(Versions(engine) == "abc");
  CHECK(engine.Count(kRetiredVersions) == 0);
}

TEST_CASE("an event that is refused retires nothing") {
  Engine engine;
  engine.settings.defaults.classes = {"UP"};
  Limit(&engine);
  for (const char* version : {"a", "b", "c"}) Use(&engine, version);
  engine.Wait(2 * kHour);
  CHECK(RejectOf(engine.Post({Prediction("x", "DOWN", "d")})) ==
        Reject::kUnknownClass);
  CHECK(Versions(engine) == "abc");
}

TEST_CASE("a version makes room in memory, too") {
  Engine engine;
  Limit(&engine);
  for (const char* version : {"a", "b", "c"}) Use(&engine, version);
  engine.settings.window_bytes = engine.pipeline.state().window_bytes();
  REQUIRE(engine.Use());
  engine.Wait(2 * kHour);
  CHECK(engine.Post({Prediction("x", "UP", "d")}).accepted == 1);
  CHECK(engine.pipeline.state().window_bytes() == engine.settings.window_bytes);
}

TEST_CASE("a limit that was lowered is kept from the next version on") {
  Engine engine;
  Limit(&engine);
  for (const char* version : {"a", "b", "c"}) Use(&engine, version);
  engine.settings.versions_per_model = 2;
  engine.Use();
  CHECK(Versions(engine) == "abc");
  engine.Wait(kHour);
  engine.Post({Prediction("x", "UP", "c")});
  CHECK(engine.Post({Prediction("x", "UP", "d")}).accepted == 1);
  CHECK(Versions(engine) == "cd");
  CHECK(engine.Count(kRetiredVersions) == 2);
}

TEST_CASE("labels outlive the version that retires") {
  Engine engine;
  Limit(&engine);
  for (const char* version : {"a", "b", "c"}) Use(&engine, version);
  engine.Wait(2 * kHour);
  SECTION("also within the event that retires it") {
    // Its own label is a duplicate.
    TestEvent both = Both("DOWN", "UP", "paira");
    both.version = "d";
    CHECK(engine.Post({both}).accepted == 1);
    CHECK(engine.Count(kDuplicateLabels) == 1);
  }
  SECTION("and score the predictions of others") {
    engine.Post({Prediction("paira", "DOWN", "d")});
  }
  CHECK(Versions(engine) == "bcd");
  CHECK(engine.Cell("1h", "UP", "DOWN", "d") == 1);
  CHECK(engine.Post({Label("paira", "UP")}).duplicates == 1);
}

TEST_CASE("a batch goes on after a version that it names has retired") {
  Engine engine;
  Limit(&engine);
  for (const char* version : {"a", "b", "c"}) Use(&engine, version, true);
  engine.Wait(2 * kHour);
  engine.settings.defaults.classes = {"UP"};
  engine.settings.segments_per_model = 2;
  engine.settings.defaults.slices = {{"s"}};
  engine.Use();
  TestEvent refused = Prediction("y", "DOWN", "a");
  TestEvent sliced = Prediction("z", "UP", "a");
  sliced.segments = {{"s", "x"}};
  // The rejected event looks "a" up.
  const auto outcome = engine.Post(
      {refused, Prediction("x", "UP", "d"), refused, Label("waitsa", "UP"),
       Prediction("waitsb", "UP", "b"), Label("waitsb", "UP"), sliced});
  CHECK(outcome.errors.size() == 2);
  // "c" made room for "a", which starts from zero.
  CHECK(Versions(engine) == "abd");
  CHECK(engine.Count(kPredictions, "a") == 1);
  CHECK(engine.Count(kObservations, "b") == 2);
  CHECK(engine.Count(kPendingLabels) == 1);
  CHECK(engine.Count(kRetiredPendingPredictions) == 2);
}

TEST_CASE("a new version each day for 25 days loses no prediction") {
  Engine engine;
  for (int day = 1; day <= 25; ++day) {
    const std::string version = std::to_string(100 + day);
    for (int i = 0; i < 100; ++i) {
      const std::string id = version + "/" + std::to_string(i);
      REQUIRE(engine.Post({Prediction(id, "UP", version), Label(id, "UP")})
                  .accepted == 2);
    }
    engine.Wait(Engine::kDay);
  }
  const ModelSnapshot model = engine.Model();
  CHECK(model.versions.size() == 20);
  CHECK(model.versions.front().name == "106");
  CHECK(model.versions.back().name == "125");
  for (const VersionSnapshot& version : model.versions) {
    CHECK(version.counts[kObservations] == 100);
  }
  CHECK(engine.Count(kRetiredVersions) == 5);
  CHECK(engine.Count(kRetiredPendingPredictions) == 0);
}

TEST_CASE("versions that retire after long silence are counted") {
  Engine engine;
  engine.settings.horizon_ms = kHour;
  engine.settings.retire_after_ms = Engine::kDay;
  engine.Use();
  Use(&engine, "a");
  engine.Wait(23 * kHour);
  Use(&engine, "b");
  engine.Wait(2 * kHour);
  CHECK(Versions(engine) == "b");
  CHECK(engine.Count(kRetiredVersions) == 1);
}

// ---- Random events ----

TestEvent RandomEvent(std::mt19937* random) {
  const auto pick = [random](unsigned n) { return (*random)() % n; };
  TestEvent event;
  event.model = pick(4) == 0 ? "sets" : "m";
  event.version = std::to_string(pick(8));
  if (pick(10) > 0) event.id = "id" + std::to_string(pick(40));
  const auto value = [&]() -> TestEvent::Value {
    const std::string name = "c" + std::to_string(pick(4));
    if (event.model == "m") return name;
    if (pick(2) == 0) return TestEvent::Set{name};
    return TestEvent::Set{"a", "b", "d", "e", name};
  };
  const bool both = event.id.empty() || pick(8) == 0;
  if (both || pick(2) == 0) event.prediction = value();
  if (both || event.prediction.index() == 0) event.label = value();
  if (event.model == "m" && event.prediction.index() != 0 && pick(2) == 0) {
    event.scores = {{"c0", 0.25}, {"c1", 0.5}, {"c2", 0.25}};
  }
  if (pick(3) == 0) event.segments = {{"s", std::to_string(pick(3))}};
  return event;
}

// Checks the identities of the contract.
void CheckLaws(const Engine& engine) {
  VisitModels(
      engine.pipeline.state(), engine.now_ms, [](const ModelSnapshot& model) {
        const auto& m = model.counts;
        REQUIRE(m[kLabels] == m[kJoinedLabels] + m[kPendingLabels] +
                                  m[kExpiredLabels] + m[kEvictedLabels]);
        REQUIRE(model.versions.size() <= 3);
        for (const VersionSnapshot& version : model.versions) {
          const auto& v = version.counts;
          REQUIRE(v[kPredictions] == v[kPendingPredictions] + v[kObservations] +
                                         v[kExpiredPredictions] +
                                         v[kEvictedPredictions]);
        }
      });
}

TEST_CASE("a state that retires versions is restored and replayed alike") {
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(2)));
  std::mt19937 random(seed);
  Engine engine;
  engine.settings.defaults.slices = {{"s"}};
  engine.settings.segments_per_model = 2;
  engine.settings.horizon_ms = 5 * kHour;
  engine.settings.remembered_bytes = 60 * PairTable::kBytesPerRecord;
  engine.settings.evict_oldest = true;
  Limit(&engine);
  Pipeline replayed(nullptr);
  uint64_t retired = 0;
  uint64_t pending = 0;
  size_t done = 0;
  for (int group = 0; group < 300; ++group) {
    engine.now_ms += static_cast<int64_t>(random() % 40) * kMinute;
    std::vector<TestEvent> events;
    for (auto n = random() % 12; n > 0; --n) {
      events.push_back(RandomEvent(&random));
    }
    engine.Post(events);
    CheckLaws(engine);
    while (done < engine.journal.records.size()) {
      REQUIRE(replayed.Replay(engine.journal.records[done++]) ==
              Pipeline::Status::kApplied);
    }
    const std::string now = Describe(engine.pipeline.state(), engine.now_ms);
    REQUIRE(Describe(replayed.state(), engine.now_ms) == now);
    if (!engine.Has("m")) continue;
    retired = engine.Count(kRetiredVersions);
    pending = engine.Count(kRetiredPendingPredictions);
    if (group % 30 != 0) continue;
    StateImage image;
    engine.pipeline.Exclusively([&image](State* state) {
      for (Model* model : state->models().Get()) model->dirty = true;
      image = SaveState(state);
    });
    Pipeline restored(nullptr);
    REQUIRE(restored.Restore(image));
    REQUIRE(Describe(restored.state(), engine.now_ms) == now);
  }
  CHECK(retired > 20);
  CHECK(pending > 0);
}

}  // namespace
}  // namespace plumbline
