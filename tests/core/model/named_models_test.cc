// Models that the configuration names, and classes that it lists, exist before
// any event. Also conflicts between configuration and models.

#include <string>
#include <vector>

#include "core/snapshot/conflicts.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

ModelSettings Rule(const Engine& engine, const std::string& match) {
  ModelSettings rule;
  rule.match = match;
  rule.windows = engine.settings.defaults.windows;
  return rule;
}

std::vector<Conflict> ConflictsIn(const Engine& engine) {
  return ConflictsOf(engine.pipeline.state(), engine.settings);
}

}  // namespace

TEST_CASE("a model that the configuration names is there from the start") {
  Engine engine;
  for (const char* match : {"m", "glob-*", "on?", "m", "later"}) {
    engine.settings.model_rules.push_back(Rule(engine, match));
  }
  engine.settings.model_rules[0].task = Task::kClassification;
  CHECK(engine.Use());
  CHECK(engine.Has("m"));
  CHECK(engine.Has("later"));
  CHECK(engine.pipeline.state().models().Get().size() == 2);
  CHECK(engine.Model().task_origin == TaskOrigin::kConfigured);
  CHECK(engine.Model("later").task_origin == TaskOrigin::kOpen);
  // The first event decides where nothing is configured.
  TestEvent event = Both(1.5, 2.5);
  event.model = "later";
  const auto outcome = engine.Post({event, Both("a", "b")});
  CHECK(outcome.accepted == 2);
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].event == 0);
  CHECK(engine.Model("later").task == Task::kRegression);
}

TEST_CASE("an earlier glob takes the model that a later entry names") {
  Engine engine;
  engine.settings.model_rules = {Rule(engine, "m*"), Rule(engine, "m")};
  engine.Use();
  CHECK_FALSE(engine.Has("m"));
}

TEST_CASE("a named model does not retire, and can be deleted") {
  Engine engine;
  engine.settings.model_rules = {Rule(engine, "m")};
  engine.Use();
  engine.Post({Both(1, 1)});
  engine.Wait(40 * Engine::kDay);
  CHECK(engine.Has("m"));
  CHECK(engine.Model().versions.empty());
  CHECK_FALSE(engine.pipeline.state().LacksNamedModels());
  CHECK(engine.Do(Command{Removal{"m", {}}}).done);
  CHECK_FALSE(engine.Has("m"));
  CHECK(engine.pipeline.state().LacksNamedModels());
  engine.Use();
  CHECK(engine.Has("m"));
}

TEST_CASE("named models keep to the limits") {
  Engine engine;
  engine.settings.models = 1;
  engine.settings.model_rules = {Rule(engine, "a"), Rule(engine, "b")};
  engine.Use();
  CHECK(engine.Has("a"));
  CHECK_FALSE(engine.Has("b"));
  Engine small;
  small.settings.window_bytes = 1;
  small.settings.model_rules = {Rule(small, "a")};
  CHECK(small.Use());
  CHECK_FALSE(small.Has("a"));
}

TEST_CASE("configured classes are classes of the model from its start") {
  Engine engine;
  engine.settings.defaults.classes = {"0", "1"};
  engine.Use();
  engine.Post({Both(1, 1)});
  CHECK(engine.Model().classes == std::vector<std::string>{"0", "1"});
  CHECK(engine.Model().positive_class == "1");
  CHECK(engine.FindVersion().outcomes.size() == 4);
  CHECK(engine.FindVersion().outcomes.at(CellOf(1, 1)) == 1);
  CHECK(engine.FindVersion().withdrawn == std::vector<uint64_t>(4));
  CHECK(engine.Post({Both(2, 2)}).errors.at(0).reject == Reject::kUnknownClass);
  engine.settings.defaults.classes = {"0", "1", "2"};
  engine.Use();
  CHECK(engine.Model().classes.size() == 3);
  CHECK(engine.Model().positive_origin == PositiveOrigin::kEnded);
}

TEST_CASE("three configured classes never had a positive one to lose") {
  Engine engine;
  engine.settings.defaults.classes = {"0", "1", "2"};
  engine.Use();
  TestEvent scored = Both(1, 1);
  scored.score = 0.5;
  const auto outcome = engine.Post({scored});
  REQUIRE(outcome.warnings.size() == 2);
  CHECK(outcome.warnings[0].warning == Warning::kNoPositiveClass);
  CHECK(engine.Model().positive_origin == PositiveOrigin::kNone);
  CHECK(ConflictsIn(engine).empty());
}

TEST_CASE("a regression has no configured classes") {
  Engine engine;
  engine.settings.model_rules = {Rule(engine, "m")};
  engine.settings.model_rules[0].classes = {"0", "1"};
  engine.Use();
  CHECK(engine.Model().classes.empty());
  engine.Post({Both(1.5, 1)});
  CHECK(engine.Model().classes.empty());
}

TEST_CASE("a configured task that contradicts a model changes nothing") {
  Engine engine;
  engine.Post({Both("a", "a")});
  CHECK(ConflictsIn(engine).empty());
  engine.settings.defaults.task = Task::kRegression;
  engine.Use();
  CHECK(engine.Model().task == Task::kClassification);
  CHECK(engine.Post({Both("a", "b")}).accepted == 1);
  const auto conflicts = ConflictsIn(engine);
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].model == "m");
  CHECK(conflicts[0].field == "task");
  for (const char* part :
       {"configured as regression", "is a classification since 2023-11-14",
        "plumbtool delete m"}) {
    CHECK(conflicts[0].message.find(part) != std::string::npos);
  }
  engine.Do(Command{Removal{"m", {}}});
  engine.Post({Both(1, 2)});
  CHECK(engine.Model().task == Task::kRegression);
  CHECK(ConflictsIn(engine).empty());
}

TEST_CASE("a positive class that ended is a conflict until one is configured") {
  Engine engine;
  engine.Post({Both(0, 1)});
  CHECK(ConflictsIn(engine).empty());
  engine.Post({Both(0, 2)});
  REQUIRE(ConflictsIn(engine).size() == 1);
  CHECK(ConflictsIn(engine)[0].field == "positive_class");
  engine.settings.defaults.positive_class = "2";
  engine.Use();
  CHECK(ConflictsIn(engine).empty());
}
