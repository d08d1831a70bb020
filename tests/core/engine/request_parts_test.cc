// A request that needs more memory than pairs may take is applied in parts. Its
// outcome is that of the whole.

#include "core/engine/request_parts.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr int kClasses = 1000;
constexpr int kRecordsOfEach = 501;

// Fails a few times, then works.
class Flaky : public MapStore {
 public:
  size_t Find(std::span<const PairKey> keys, std::vector<Record>* records,
              std::vector<PairKey>* unreadable) override {
    fails = failures-- > 0;
    return MapStore::Find(keys, records, unreadable);
  }
  int failures = 0;
};

std::string Id(int n) { return "id" + std::to_string(n); }

TestEvent Scored(int n) {
  TestEvent event =
      Prediction(Id(n), "c" + std::to_string((n + kClasses) % kClasses));
  for (int i = 0; i < kClasses; ++i) {
    event.scores.emplace_back("c" + std::to_string(i), 0.001);
  }
  return event;
}

std::vector<TestEvent> Many(int count) {
  std::vector<TestEvent> events;
  for (int n = 0; n < count; ++n) events.push_back(Scored(n));
  return events;
}

std::vector<TestEvent> Labels(int count) {
  std::vector<TestEvent> events;
  for (int n = 0; n < count; ++n) events.push_back(Label(Id(n), "c1"));
  return events;
}

// Memory for few pairs. Dirty records are never saved, but there is room for
// them.
struct World {
  explicit World(MapStore* store) {
    engine.pipeline.UseStore(store, 10, 1'000'000);
    engine.settings.defaults.windows = {LastWindow(3)};
    engine.settings.remembered_bytes = int64_t{1} << 30;
    engine.Use();
    engine.Post({Scored(-1)});
    groups = engine.journal.records.size();
  }
  size_t new_groups() const { return engine.journal.records.size() - groups; }

  Engine engine;
  size_t groups = 0;
};

}  // namespace

TEST_CASE("a request that is too much at once is applied in parts") {
  MapStore store;
  World world(&store);
  Engine& engine = world.engine;
  auto events = Many(300);
  events[120] = Prediction(Id(120), std::vector<std::string>{"c1", "c2"});
  events[250] = Scored(3);  // repeated
  const BatchOutcome outcome = engine.Post(events);
  CHECK(engine.status == Pipeline::Status::kApplied);
  CHECK(outcome.accepted == 298);
  CHECK(outcome.duplicates == 1);
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].event == 120);
  CHECK(outcome.errors[0].reject == Reject::kTaskMismatch);
  CHECK(world.new_groups() >= 300 * kRecordsOfEach / 40'000);
  CHECK(engine.Post(Many(300)).duplicates == 298);
}

TEST_CASE("labels of pairs that are not in memory are applied in parts") {
  MapStore store;
  store.most_keys = 7;
  World world(&store);
  Engine& engine = world.engine;
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  for (int n = 0; n < 300; n += 50) {
    std::vector<TestEvent> events;
    for (int i = n; i < n + 50; ++i) events.push_back(Scored(i));
    engine.Post(events);
  }
  checkpoint.Whole(0);
  engine.Post({Prediction("other", "c1")});
  const size_t before = world.new_groups();
  CHECK(engine.Post(Labels(300)).accepted == 300);
  CHECK(world.new_groups() > before + 3);
  CHECK(engine.Count(kObservations) == 300);
}

TEST_CASE("what was applied in parts is replayed alike") {
  MapStore store;
  World world(&store);
  Engine& engine = world.engine;
  engine.Post(Many(200));
  engine.Post(Labels(200));
  Pipeline again(nullptr);
  for (const std::string& record : engine.journal.records) {
    REQUIRE(again.Replay(record) == Pipeline::Status::kApplied);
  }
  CHECK(Describe(again.state(), engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
}

TEST_CASE("a request in parts is refused as a whole where it would not fit") {
  MapStore store;
  World world(&store);
  Engine& engine = world.engine;
  engine.settings.remembered_bytes =
      290 * kRecordsOfEach * PairTable::kBytesPerRecord;
  engine.Use();
  const BatchOutcome outcome = engine.Post(Many(300));
  CHECK(outcome.full);
  CHECK(outcome.accepted == 0);
  CHECK(engine.Count(kPredictions) == 1);
  CHECK(engine.Post(Many(280)).accepted == 280);
  CHECK(engine.remembered() <= 290 * kRecordsOfEach);
}

TEST_CASE("what follows a part that was applied is tried again") {
  Flaky store;
  World world(&store);
  Engine& engine = world.engine;
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  engine.Post(Many(70));
  checkpoint.Whole(0);
  engine.Post({Prediction("other", "c1")});
  // The first part needs no stored pair.
  std::vector<TestEvent> events;
  for (int n = 1000; n < 1085; ++n) events.push_back(Scored(n));
  for (const TestEvent& label : Labels(70)) events.push_back(label);
  store.failures = 3;
  CHECK(engine.Post(events).accepted == 85 + 70);
  CHECK(engine.status == Pipeline::Status::kApplied);
  CHECK(store.failures < 0);
}

TEST_CASE("an report of parts is one of the whole") {
  MapStore store;
  World world(&store);
  Engine& engine = world.engine;
  engine.Post(Labels(200));
  BatchReport report;
  report.most_bytes = SIZE_MAX;
  report.left_out.assign(200, false);
  report.left_out[150] = true;
  Outcome outcome;
  outcome.batch.report = &report;
  const Command command{Batch(Many(200))};
  REQUIRE(engine.pipeline.Commit(command, engine.now_ms, &outcome) ==
          Pipeline::Status::kApplied);
  CHECK(report.now_ms == engine.now_ms);
  CHECK(report.prediction_count == 199);
  CHECK(report.pair_count == 199);
  REQUIRE(report.taken.size() == 200);
  CHECK_FALSE(report.taken[150].prediction);
  CHECK(report.taken[151].prediction);
  REQUIRE(report.pairs.size() == 199);
  CHECK(report.pairs[150].event == 151);
}
