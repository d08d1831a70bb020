// What decides the task of a model, and which warnings tell it.

#include <string>

#include "core/model/task_rule.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// The task that a first event of these halves decides, and its warnings.
struct First {
  Task task = Task::kClassification;
  TaskOrigin origin = TaskOrigin::kConfigured;
  size_t warnings = 0;
};
First Of(const TestEvent& event) {
  Engine engine;
  const auto outcome = engine.Post({event});
  REQUIRE(outcome.accepted == 1);
  for (const auto& warned : outcome.warnings) {
    CHECK(warned.warning == Warning::kTaskAssumed);
  }
  return {engine.Model().task, engine.Model().task_origin,
          outcome.warnings.size()};
}

TestEvent Scored(TestEvent event, double score) {
  event.score = score;
  return event;
}

}  // namespace

TEST_CASE("the first event decides the task, and a warning says so") {
  const TestEvent::Set set = {"a", "b"};
  for (const auto& [event, task] : std::vector<std::pair<TestEvent, Task>>{
           {Prediction("a", "UP"), Task::kClassification},
           {Prediction("a", 1), Task::kClassification},
           {Prediction("a", 1.5), Task::kRegression},
           {Prediction("a", 1.0), Task::kRegression},
           {Prediction("a", set), Task::kMultilabel},
           {Label("a", "UP"), Task::kClassification},
           {Label("a", 3), Task::kClassification},
           {Label("a", 2.5), Task::kRegression},
           {Label("a", set), Task::kMultilabel},
           {Both(1.0, 2), Task::kRegression},
           {Scored(Both(1.0, 0.0), 0.8), Task::kClassification}}) {
    const First first = Of(event);
    CHECK(first.task == task);
    CHECK(first.origin == TaskOrigin::kAssumed);
    CHECK(first.warnings == 1);
  }
}

TEST_CASE("a whole number with a fraction is a class where scores come too") {
  TestEvent event = Prediction("a", 1.0);
  event.scores = {{"1", 0.75}, {"0", 0.25}};
  CHECK(Of(event).task == Task::kClassification);
  Engine engine;
  engine.Post({Scored(Both(1.0, 0.0), 0.8)});
  CHECK(engine.Model().classes == std::vector<std::string>{"1", "0"});
  CHECK(*engine.Figure("brier_score", "1h") == Approx(0.64));
}

TEST_CASE("scores that are left out decide the task all the same") {
  EventBatch batch = Batch({Prediction("a", 1.0)});
  CHECK(TaskTakenFrom(batch, batch.events[0], {}) == Task::kRegression);
  batch.AddExtra(&batch.events[0]).lacks_scores = true;
  CHECK(TaskTakenFrom(batch, batch.events[0], {}) == Task::kClassification);
  Engine engine;
  engine.Do(Command{batch});
  CHECK(engine.Model().task == Task::kClassification);
}

TEST_CASE("with configured classes a whole number with a fraction is one") {
  for (const bool by_classes : {true, false}) {
    Engine engine;
    if (by_classes) {
      engine.settings.defaults.classes = {"0", "1"};
    } else {
      engine.settings.defaults.positive_class = "1";
    }
    engine.Use();
    const auto outcome = engine.Post({Both(1.0, 0.0)});
    CHECK(outcome.accepted == 1);
    REQUIRE(outcome.warnings.size() == 1);
    CHECK(outcome.warnings[0].task == Task::kClassification);
    CHECK(engine.Post({Scored(Both(1, 0), 0.5)}).accepted == 1);
  }
}

TEST_CASE("a model without events has the task that is configured now") {
  Engine engine;
  ModelSettings rule = engine.settings.defaults;
  rule.match = "m";
  rule.task = Task::kClassification;
  engine.settings.model_rules = {rule};
  engine.Use();
  CHECK(engine.Model().task == Task::kClassification);
  engine.settings.model_rules[0].task = Task::kRegression;
  engine.Use();
  CHECK(engine.Model().task == Task::kRegression);
  CHECK(engine.Post({Both(1.5, 1.0)}).accepted == 1);
  engine.settings.model_rules[0].task = Task::kClassification;
  engine.Use();
  CHECK(engine.Model().task == Task::kRegression);
}

TEST_CASE("a configured task is not assumed") {
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.Use();
  CHECK(engine.Post({Both(1, 2)}).warnings.empty());
  CHECK(engine.Model().task == Task::kRegression);
  CHECK(engine.Model().task_origin == TaskOrigin::kConfigured);
}

TEST_CASE("only the event that creates the model has the warning") {
  Engine engine;
  const auto outcome = engine.Post({Both(1, 1), Both(0, 1)});
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].event == 0);
  CHECK(engine.Post({Both(1, 1)}).warnings.empty());
  CHECK(engine.Model().task_since_ms == engine.now_ms);
}

TEST_CASE("a rejected event decides no task") {
  Engine engine;
  CHECK(engine.Post({Both("UP", 0.5)}).errors.at(0).reject ==
        Reject::kTaskMismatch);
  CHECK_FALSE(engine.Has("m"));
  CHECK(engine.Post({Both(1.5, 0.5)}).accepted == 1);
}

TEST_CASE("a score on a model of another task rejects the event") {
  const TestEvent::Set set = {"a"};
  for (const TestEvent::Value& value : {TestEvent::Value(1.5), {set}}) {
    Engine engine;
    engine.Post({Both(value, value)});
    const auto outcome = engine.Post({Scored(Both(value, value), 0.5)});
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].reject == Reject::kTaskMismatch);
    CHECK(outcome.errors[0].part == BatchOutcome::Part::kPrediction);
    CHECK(outcome.errors[0].task == engine.Model().task);
    CHECK(outcome.errors[0].task_since_ms == engine.now_ms);
    TestEvent scores = Both(value, value);
    scores.scores = {{"a", 0.5}};
    CHECK(engine.Post({scores}).errors.at(0).reject == Reject::kTaskMismatch);
  }
}

TEST_CASE("a regression takes integers as values") {
  Engine engine;
  engine.Post({Both(0.5, 1)});
  CHECK(engine.Post({Both(2, 3)}).accepted == 1);
  CHECK(engine.Count(kObservations) == 2);
}
