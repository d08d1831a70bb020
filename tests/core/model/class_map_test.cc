// Spellings that are one class under the rules and aliases in force.

#include <memory_resource>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/engine/checkpoint.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

constexpr const char* kLast = "last_10";

using Aliases = std::vector<std::pair<std::string, std::string>>;

// Puts aliases in force, as a reload does.
void UseAliases(Engine* engine, Aliases aliases) {
  engine->settings.defaults.aliases = std::move(aliases);
  REQUIRE(engine->Use());
}

TestEvent Scored(TestEvent event, double score) {
  event.score = score;
  return event;
}

TEST_CASE("true and 1 are one class, in the spelling that was there first") {
  Engine engine;
  engine.Post({Both("true", 1), Both(0, "false"), Both(1, "true"),
               Both("false", "true")});
  CHECK(engine.Model().classes == std::vector<std::string>{"true", "0"});
  CHECK(engine.Cell(kLast, "true", "true") == 2);
  CHECK(engine.Cell(kLast, "0", "0") == 1);
  CHECK(engine.Cell(kLast, "true", "0") == 1);
  CHECK(engine.Figure("accuracy", kLast) == 0.75);
}

TEST_CASE("configured classes decide the spelling of true and 1") {
  Engine engine;
  engine.settings.defaults.classes = {"1", "0"};
  engine.Use();
  CHECK(engine.Post({Both("true", 1), Both("false", "false")}).accepted == 2);
  CHECK(engine.Cell(kLast, "1", "1") == 1);
  CHECK(engine.Cell(kLast, "0", "0") == 1);
}

TEST_CASE("an alias is the class it stands for") {
  Engine engine;
  UseAliases(&engine, {{"up", "UP"}, {"1", "UP"}});
  const auto outcome = engine.Post({Both("up", "UP"), Both(1, "up"),
                                    Both("UP", "true"), Both("down", "up")});
  CHECK(outcome.accepted == 4);
  CHECK(engine.Model().classes == std::vector<std::string>{"UP", "down"});
  CHECK(engine.Cell(kLast, "UP", "UP") == 3);
}

TEST_CASE("a class under two of its names in one event is refused") {
  Engine engine;
  UseAliases(&engine, {{"up", "UP"}});
  TestEvent event = Prediction("a", "up");
  event.scores = {{"up", 0.5}, {"UP", 0.5}};
  auto outcome = engine.Post({event});
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].reject == Reject::kInvalidJson);
  TestEvent set = Prediction("b", TestEvent::Set{"up", "UP"});
  set.model = "sets";
  outcome = engine.Post({set});
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].reject == Reject::kInvalidJson);
}

TEST_CASE("an alias that a reload adds unites what was counted before") {
  Engine engine;
  engine.Post({Prediction("a", "up"), Label("a", "UP"), Prediction("b", "UP"),
               Label("b", "UP"), Prediction("c", "down"), Label("c", "up"),
               Prediction("d", "up")});
  CHECK(engine.Model().classes.size() == 3);
  CHECK(engine.Figure("accuracy", kLast) == 1.0 / 3);
  UseAliases(&engine, {{"up", "UP"}});
  CHECK(engine.Model().classes == std::vector<std::string>{"UP", "down"});
  CHECK(engine.Cell(kLast, "UP", "UP") == 2);
  CHECK(engine.Cell("1h", "UP", "down") == 1);
  CHECK(engine.Figure("accuracy", kLast) == 2.0 / 3);
  const VersionSnapshot version = engine.FindVersion();
  CHECK(version.outcomes[CellOf(0, 0)] == 2);

  SECTION("what waited is joined as the class that it is") {
    engine.Post({Label("d", "UP")});
    CHECK(engine.Cell(kLast, "UP", "UP") == 3);
  }
  SECTION("the same label in the other spelling is a duplicate") {
    CHECK(engine.Post({Label("a", "up"), Label("c", "UP")}).duplicates == 2);
    CHECK(engine.Count(kCorrections) == 0);
  }
  SECTION("a correction moves the pair") {
    engine.Post({Label("a", "down")});
    CHECK(engine.Cell(kLast, "UP", "UP") == 1);
    CHECK(engine.Cell(kLast, "down", "UP") == 1);
    CHECK(engine.Window("1h").observations == 3);
    CHECK(engine.Cell("1h", "UP", "UP") == 1);
    CHECK(engine.Cell("1h", "down", "UP") == 1);
  }
  SECTION("what is pushed out of the last N leaves its cell") {
    for (int i = 0; i < 10; ++i) engine.Post({Both("down", "down")});
    CHECK(engine.Cell(kLast, "UP", "UP") == 0);
    CHECK(engine.Cell(kLast, "UP", "down") == 0);
    CHECK(engine.Cell(kLast, "down", "down") == 10);
  }
  SECTION("they are apart again without it") {
    engine.Post({Both("up", "up")});
    UseAliases(&engine, {});
    CHECK(engine.Model().classes ==
          std::vector<std::string>{"up", "UP", "down"});
    CHECK(engine.Cell(kLast, "UP", "up") == 1);
    CHECK(engine.Cell(kLast, "UP", "UP") == 2);
    CHECK(engine.Cell(kLast, "up", "down") == 1);
  }
  SECTION("a checkpoint and a replay give the same") {
    StateImage image = SaveState(const_cast<State*>(&engine.pipeline.state()));
    State loaded(std::pmr::get_default_resource());
    REQUIRE(LoadState(image, &loaded));
    CHECK(Describe(loaded, engine.now_ms) ==
          Describe(engine.pipeline.state(), engine.now_ms));
    Pipeline replayed(nullptr);
    for (const std::string& record : engine.journal.records) {
      REQUIRE(replayed.Replay(record) == Pipeline::Status::kApplied);
    }
    CHECK(Describe(replayed.state(), engine.now_ms) ==
          Describe(engine.pipeline.state(), engine.now_ms));
  }
}

TEST_CASE("a class that an alias names is there, though it never occurred") {
  Engine engine;
  engine.Post({Both("up", "up"), Both("down", "down")});
  UseAliases(&engine, {{"up", "UP"}});
  CHECK(engine.Model().classes == std::vector<std::string>{"down", "UP"});
  CHECK(engine.Cell(kLast, "UP", "UP") == 1);
}

TEST_CASE("scores start anew where the positive class gets another spelling") {
  Engine engine;
  engine.settings.defaults.positive_class = "UP";
  engine.Use();
  engine.Post({Scored(Both("UP", "UP"), 0.9), Scored(Both("UP", "up"), 0.9)});
  CHECK(engine.Figure("brier_score", kLast));
  UseAliases(&engine, {{"up", "UP"}});
  CHECK_FALSE(engine.Figure("brier_score", kLast));
  engine.Wait(1);
  engine.Post({Scored(Both("UP", "up"), 0.5)});
  CHECK(engine.Figure("brier_score", kLast) == 0.25);
  CHECK(engine.Figure("recall_binary", kLast) == 1.0);
}

}  // namespace
}  // namespace plumbline
