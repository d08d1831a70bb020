// A state that is written and read goes on as if nothing had been.

#include "core/checkpoint.h"

#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/random_events.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::string Encode(Engine& engine) {
  return EncodeState(const_cast<State*>(&engine.pipeline.state()));
}

}  // namespace

TEST_CASE("a state restored from a checkpoint goes on like the original") {
  const bool evict = GENERATE(false, true);
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  std::mt19937 random(seed);
  Engine engine;
  SmallWorld(evict, &engine);
  size_t checkpoint_at = 0;
  std::string checkpoint;
  const auto compare = [&] {
    Pipeline restored(nullptr);
    REQUIRE(restored.Restore(checkpoint));
    for (size_t i = checkpoint_at; i < engine.journal.records.size(); ++i) {
      REQUIRE(restored.Replay(engine.journal.records[i]));
    }
    REQUIRE(Describe(restored.state(), engine.now_ms) ==
            Describe(engine.pipeline.state(), engine.now_ms));
  };
  for (int group = 0; group < 400; ++group) {
    RandomGroup(&random, &engine);
    if (random() % 20 != 0) continue;
    if (!checkpoint.empty()) compare();
    checkpoint = Encode(engine);
    checkpoint_at = engine.journal.records.size();
    compare();
  }
}

TEST_CASE("a checkpoint that is cut anywhere is refused") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP"), Label("b", "DOWN"),
               Both("x", "y")});
  engine.Do(Command{Removal{"m", "2"}});
  const std::string whole = Encode(engine);
  for (size_t size = 0; size < whole.size(); size += 7) {
    Pipeline restored(nullptr);
    REQUIRE_FALSE(restored.Restore(whole.substr(0, size)));
  }
  Pipeline restored(nullptr);
  CHECK_FALSE(restored.Restore(whole + "x"));
}

TEST_CASE("what waits and what is remembered is there after a checkpoint") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Prediction("b", "UP"), Label("b", "UP"),
               Label("c", "DOWN")});
  Pipeline restored(nullptr);
  REQUIRE(restored.Restore(Encode(engine)));
  const Command command{Batch({Label("a", "DOWN"), Label("b", "DOWN"),
                               Prediction("c", "UP"), Prediction("b", "UP")})};
  Outcome outcome;
  restored.Commit(command, engine.now_ms, &outcome);
  CHECK(outcome.batch.accepted == 3);
  CHECK(outcome.batch.duplicates == 1);
  const auto model = SnapshotOf(restored.state(), "m", engine.now_ms);
  REQUIRE(model);
  CHECK(model->counts[kCorrections] == 1);
  CHECK(model->versions.at(0).counts[kObservations] == 3);
}
