// Commit groups. A replay of the journal gives an equal state.

#include "core/engine/pipeline.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"
#include "tests/support/random_events.h"
#include "tests/support/seeds.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("replaying the journal into an empty state gives an equal state") {
  const bool evict = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(2)));
  std::mt19937 random(seed);
  Engine engine;
  SmallWorld(evict, &engine);
  for (int group = 0; group < 400; ++group) {
    RandomGroup(&random, &engine);
    VisitModels(engine.pipeline.state(), engine.now_ms, [](const auto& model) {
      for (const auto& version : model.versions) {
        const auto& c = version.counts;
        REQUIRE(c[kPredictions] == c[kPendingPredictions] + c[kObservations] +
                                       c[kExpiredPredictions] +
                                       c[kEvictedPredictions]);
      }
      const auto& c = model.counts;
      REQUIRE(c[kLabels] == c[kJoinedLabels] + c[kPendingLabels] +
                                c[kExpiredLabels] + c[kEvictedLabels]);
    });
  }
  Pipeline replayed(nullptr);
  for (const std::string& record : engine.journal.records) {
    REQUIRE(replayed.Replay(record) == Pipeline::Status::kApplied);
  }
  CHECK(Describe(replayed.state(), engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
}

TEST_CASE("a damaged record is refused") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  const std::string record = engine.journal.records.back();
  for (size_t size = 0; size < record.size(); ++size) {
    Pipeline pipeline(nullptr);
    CHECK(pipeline.Replay(record.substr(0, size)) ==
          Pipeline::Status::kJournalFailed);
  }
}

TEST_CASE("nothing is applied that the journal did not take") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  engine.journal.fails = true;
  engine.Post({Label("a", "UP"), Prediction("b", "UP")});
  CHECK(engine.status == Pipeline::Status::kJournalFailed);
  engine.journal.fails = false;
  CHECK(engine.Count(kPredictions) == 1);
  CHECK(engine.Count(kLabels) == 0);
}

TEST_CASE("a stopped pipeline takes nothing") {
  Engine engine;
  engine.pipeline.Stop();
  engine.Post({Prediction("a", "UP")});
  CHECK(engine.status == Pipeline::Status::kStopped);
}

TEST_CASE("many threads commit and every command is applied once") {
  Pipeline pipeline(nullptr);
  constexpr int kThreads = 8;
  static constexpr int kCommits = 2000;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&pipeline, t] {
      for (int i = 0; i < kCommits; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        const Command command{Batch({Prediction(id, "UP"), Label(id, "UP")})};
        Outcome outcome;
        pipeline.Commit(command, 1000 + i, &outcome);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto model = SnapshotOf(pipeline.state(), "m", 5000);
  REQUIRE(model);
  CHECK(model->versions.at(0).counts[kObservations] == kThreads * kCommits);
}

TEST_CASE("many threads commit between the steps of visits") {
  Pipeline pipeline(nullptr);
  static constexpr int kCommits = 2000;
  static constexpr int kSteps = 500;
  std::atomic<int> steps{0};
  std::atomic<int> committed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pipeline, &committed, t] {
      for (int i = 0; i < kCommits; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        const Command command{Batch({Prediction(id, "UP"), Label(id, "UP")})};
        Outcome outcome;
        if (pipeline.Commit(command, 1000 + i, &outcome) ==
            Pipeline::Status::kApplied) {
          ++committed;
        }
      }
    });
  }
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&pipeline, &steps] {
      // Not atomic: the steps of one visit run one after another.
      int own = 0;
      pipeline.Between([&](State* state) {
        ++steps;
        return state != nullptr && ++own == kSteps;
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(steps == 2 * kSteps);
  CHECK(committed == 4 * kCommits);
}

TEST_CASE("a group is committed between two steps of a visit") {
  Pipeline pipeline(nullptr);
  std::atomic<int> steps{0};
  std::atomic<bool> committed{false};
  std::thread visitor([&] {
    pipeline.Between([&](State*) {
      ++steps;
      return committed.load();
    });
  });
  while (steps.load() == 0) std::this_thread::yield();
  const Command command{Batch({Prediction("a", "UP")})};
  Outcome outcome;
  CHECK(pipeline.Commit(command, 1000, &outcome) == Pipeline::Status::kApplied);
  committed.store(true);
  visitor.join();
  CHECK(steps.load() >= 1);
}

TEST_CASE("what is dirty is told as soon as a saving begins") {
  MapStore store;
  Pipeline pipeline(nullptr);
  pipeline.UseStore(&store, 1000, 1000);
  const auto dirty = [&pipeline] {
    return pipeline.state().gauges().dirty_records.load();
  };
  const Command command{Batch({Prediction("a", "UP"), Prediction("b", "UP")})};
  Outcome outcome;
  pipeline.Commit(command, 1000, &outcome);
  CHECK(dirty() == 2);
  pipeline.Exclusively([](State* state) { state->dirty_pairs().Begin(); });
  CHECK(dirty() == 0);
}

TEST_CASE("versions and models retire after long silence") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.settings.retire_after_ms = Engine::kDay;
  engine.Use();
  engine.Post({Prediction("a", "UP", "old"), Label("a", "UP")});
  engine.Wait(23 * Engine::kHour);
  engine.Post({Prediction("b", "UP", "new")});
  CHECK(engine.Model().versions.size() == 2);
  engine.Wait(2 * Engine::kHour);
  CHECK(engine.Model().versions.size() == 1);
  engine.Wait(2 * Engine::kDay);
  CHECK_FALSE(engine.Has("m"));
}

TEST_CASE("a name that returns starts anew") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  CHECK(engine.Do(Command{Removal{"m", {}}}).done);
  CHECK_FALSE(engine.Do(Command{Removal{"m", {}}}).done);
  CHECK(engine.Post({Prediction("a", "DOWN")}).accepted == 1);
  CHECK(engine.Count(kPendingPredictions) == 1);
}

TEST_CASE("every limit of models, versions, classes and memory is kept") {
  Engine engine;
  engine.settings.models = 1;
  engine.settings.versions_per_model = 1;
  engine.Use();
  engine.Post({Prediction("a", "UP")});
  CHECK(engine.Post({Prediction("a", "UP", "2")}).errors.at(0).reject ==
        Reject::kVersionLimit);
  TestEvent other = Prediction("a", "UP");
  other.model = "n";
  CHECK(engine.Post({other}).errors.at(0).reject == Reject::kModelLimit);
  engine.settings.models = 10;
  engine.settings.window_bytes = engine.pipeline.state().window_bytes() + 100;
  engine.Use();
  CHECK(engine.Post({other}).errors.at(0).reject == Reject::kMemoryLimit);
  // The same if only a label brings the classes that windows have no room for.
  TestEvent label = Label("l", "UP");
  label.model = other.model;
  const auto outcome = engine.Post({label});
  CHECK(outcome.errors.at(0).reject == Reject::kMemoryLimit);
  CHECK(outcome.errors.at(0).part == BatchOutcome::Part::kPrediction);
  engine.settings.defaults.classes = {"UP"};
  engine.settings.window_bytes = 1 << 30;
  engine.Use();
  CHECK(engine.Post({Both("UP", "DOWN")}).errors.at(0).reject ==
        Reject::kUnknownClass);
}

TEST_CASE("a window that a reload adds never sees what came before it") {
  Engine engine;
  engine.Post({Prediction("before", "UP")});
  engine.settings.defaults.windows.push_back(
      TimeWindow("2h", 2 * Engine::kHour));
  engine.Use();
  engine.Post(
      {Label("before", "UP"), Prediction("after", "UP"), Label("after", "UP")});
  CHECK(engine.Window("1h").observations == 2);  // keeps its content
  CHECK(engine.Window("2h").observations == 1);
  CHECK(engine.Window("2h").predictions == 1);
  engine.Post({Label("before", "DOWN")});
  CHECK(engine.Cell("2h", "DOWN", "UP") == 0);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
}

TEST_CASE("a window added in a group does not count what came before in it") {
  Pipeline pipeline(nullptr);
  Applier applier(const_cast<State*>(&pipeline.state()));
  Settings settings;
  settings.defaults.windows = {LastWindow(3)};
  const Command first{settings};
  const Command events{Batch({Both("UP", "UP"), Prediction("a", "UP")})};
  settings.defaults.windows.push_back(LastWindow(5));
  const Command second{settings};
  std::vector<Outcome> outcomes(3);
  applier.Apply({1000, {&first, &events, &second}},
                {&outcomes[0], &outcomes[1], &outcomes[2]});
  const auto model = SnapshotOf(pipeline.state(), "m", 1000);
  REQUIRE(model);
  CHECK(model->versions.at(0).windows.at(0).counts.observations == 1);
  CHECK(model->versions.at(0).windows.at(1).counts.observations == 0);
}

TEST_CASE("a lower limit of matrix classes ends the matrix at the reload") {
  Engine engine;
  engine.Post({Both("a", "b"), Both("b", "c")});
  CHECK(engine.Model().has_matrix);
  engine.settings.matrix_classes = 2;
  engine.Use();
  CHECK_FALSE(engine.Model().has_matrix);
  engine.Post({Both("a", "a")});
  CHECK(engine.Window("1h").observations == 3);
}

TEST_CASE("a reader that stands still does not hold up the writer") {
  Engine engine;
  engine.Post({Both("UP", "UP")});
  int visits = 0;
  VisitModels(engine.pipeline.state(), engine.now_ms, [&](const auto&) {
    ++visits;
    // Events, new versions and deletions go on during a scrape.
    for (int i = 0; i < 100; ++i) {
      engine.Post({Both("UP", "DOWN")});
      engine.Post({Prediction("a", "UP", "v" + std::to_string(i % 5))});
      engine.Do(Command{Removal{"m", "v" + std::to_string(i % 5)}});
    }
  });
  CHECK(visits == 1);
  CHECK(engine.Count(kObservations) == 101);
}

namespace {

// Runs `during` in the middle of a commit.
class PausingJournal : public Journal {
 public:
  Appended Append(std::string_view) override {
    if (during) during();
    return Appended::kStored;
  }
  std::function<void()> during;
};

}  // namespace

TEST_CASE("a writer that stands still does not hold up a reader") {
  PausingJournal journal;
  Pipeline pipeline(&journal);
  const Command command{Batch({Both("UP", "UP")})};
  Outcome outcome;
  pipeline.Commit(command, 1000, &outcome);
  uint64_t seen = 0;
  journal.during = [&] {
    const auto model = SnapshotOf(pipeline.state(), "m", 1000);
    seen = model->versions.at(0).counts[kObservations];
  };
  pipeline.Commit(command, 1000, &outcome);
  CHECK(seen == 1);
}

TEST_CASE("a request that cannot be served refuses none of its group") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 1, 1000);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  engine.Post({Prediction("a", "UP")});
  checkpoint.Whole(0);
  engine.Post({Prediction("b", "UP"), Prediction("c", "UP")});
  for (const auto& [key, chain] : store.pairs) store.damaged.insert(key);
  // All are queued while this blocks the leader.
  std::atomic<int> refused{0};
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  engine.pipeline.Exclusively([&](State* /*state*/) {
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        const std::string own = "own" + std::to_string(t);
        const Command command{
            t % 2 == 0 ? Batch({Label("a", "UP"), Prediction(own, "UP")})
                       : Batch({Prediction(own, "UP")})};
        Outcome outcome;
        const auto status =
            engine.pipeline.Commit(command, engine.now_ms, &outcome);
        if (status == Pipeline::Status::kApplied) ++applied;
        if (status == Pipeline::Status::kStoreUnread) ++refused;
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  });
  for (std::thread& thread : threads) thread.join();
  CHECK(applied == 4);
  CHECK(refused == 4);
  CHECK(engine.Count(kPredictions) == 3 + 4);
  CHECK(engine.Count(kObservations) == 0);
}
