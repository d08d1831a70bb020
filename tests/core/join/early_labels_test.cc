// Labels that come first and are written as 1.0. They do not decide the task.

#include <string>
#include <vector>

#include "core/engine/checkpoint.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// Posts a label of a data frame, and one that corrects it.
void PostEarly(Engine* engine) {
  const auto outcome = engine->Post(
      {Label("a", 1.0), Label("b", 0.0), Label("c", 1.0), Label("d", -0.0)});
  CHECK(outcome.accepted == 4);
  CHECK(outcome.warnings.empty());
  CHECK(engine->Post({Label("c", 0.0)}).accepted == 1);
  CHECK(engine->Post({Label("c", 1.0), Label("a", 1.0)}).duplicates == 2);
}

}  // namespace

TEST_CASE("a label written 1.0 decides no task") {
  Engine engine;
  PostEarly(&engine);
  CHECK(engine.Model().task_origin == TaskOrigin::kOpen);
  CHECK(engine.Model().classes.empty());
  CHECK(engine.Count(kPendingLabels) == 4);
  CHECK(engine.Count(kCorrections) == 1);
}

TEST_CASE("early labels are classes where the first prediction is one") {
  Engine engine;
  PostEarly(&engine);
  engine.now_ms += 1000;
  const auto outcome =
      engine.Post({Prediction("a", 1), Prediction("b", 1), Prediction("c", 0)});
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(outcome.warnings[0].warning == Warning::kTaskAssumed);
  CHECK(outcome.warnings[0].event == 0);
  CHECK(engine.Model().task == Task::kClassification);
  CHECK(engine.Model().task_origin == TaskOrigin::kAssumed);
  CHECK(engine.Model().task_since_ms == engine.now_ms);
  CHECK(engine.Model().positive_class == "1");
  CHECK(engine.Cell("1h", "1", "1") == 1);
  CHECK(engine.Cell("1h", "0", "1") == 1);
  CHECK(engine.Cell("1h", "0", "0") == 1);
  CHECK(engine.Count(kPendingLabels) == 1);
  // Resends are recognised in the current form of the labels.
  CHECK(engine.Post({Label("d", 0), Label("a", 1)}).duplicates == 2);
  CHECK(engine.Post({Label("c", 1)}).duplicates == 1);  // a past label
  CHECK(engine.Post({Prediction("d", 0)}).accepted == 1);
  CHECK(engine.Count(kObservations) == 4);
}

TEST_CASE("early labels are values where the first prediction is one") {
  Engine engine;
  PostEarly(&engine);
  engine.Post({Prediction("a", 1.5), Prediction("b", 1.0)});
  CHECK(engine.Model().task == Task::kRegression);
  CHECK(engine.Model().classes.empty());
  CHECK(*engine.Figure("mean_absolute_error", "1h") == Approx(0.75));
  CHECK(engine.Post({Label("d", 0)}).duplicates == 1);
}

TEST_CASE("early labels are sets of one where the first prediction is a set") {
  Engine engine;
  PostEarly(&engine);
  const TestEvent::Set one = {"1"};
  engine.Post({Prediction("a", one), Prediction("b", one)});
  CHECK(engine.Model().task == Task::kMultilabel);
  CHECK(*engine.Figure("accuracy", "1h") == 0.5);
}

TEST_CASE("an event with both halves decides, and corrects an early label") {
  Engine engine;
  PostEarly(&engine);
  CHECK(engine.Post({Both(1, 0, "a")}).accepted == 1);
  CHECK(engine.Count(kCorrections) == 2);
  CHECK(engine.Cell("1h", "0", "1") == 1);
}

TEST_CASE("labels of another kind decide what 1.0 left open") {
  for (const auto& [label, task] :
       std::vector<std::pair<TestEvent::Value, Task>>{
           {"UP", Task::kClassification},
           {2, Task::kClassification},
           {2.5, Task::kRegression},
           {1e200, Task::kRegression}}) {
    Engine engine;
    engine.Post({Label("a", 1.0), Label("b", label)});
    CHECK(engine.Model().task == task);
    CHECK(engine.Model().task_origin == TaskOrigin::kAssumed);
  }
}

TEST_CASE("a whole number that no class can be is a value") {
  Engine engine;
  engine.Post({Label("a", 1e200)});
  CHECK(engine.Model().task == Task::kRegression);
  Engine many;
  many.settings.classes = 3;
  many.Use();
  many.Post(
      {Label("a", 1.0), Label("b", 2.0), Label("c", 3.0), Label("d", 1.0)});
  CHECK(many.Model().task_origin == TaskOrigin::kOpen);
  many.Post({Label("e", 4.0)});
  CHECK(many.Model().task == Task::kRegression);
  many.Post({Prediction("a", 1.5), Prediction("e", 4.0)});
  CHECK(*many.Figure("mean_absolute_error", "1h") == Approx(0.25));
}

TEST_CASE("a task that is configured later reads early labels, too") {
  Engine engine;
  PostEarly(&engine);
  engine.settings.defaults.task = Task::kClassification;
  engine.Use();
  CHECK(engine.Model().task_origin == TaskOrigin::kConfigured);
  CHECK(engine.Model().classes == std::vector<std::string>{"1", "0"});
  CHECK(engine.Post({Prediction("a", 1)}).warnings.empty());
  CHECK(engine.Cell("1h", "1", "1") == 1);
}

TEST_CASE("a configured task takes a label written 1.0 as it is") {
  Engine engine;
  engine.settings.defaults.task = Task::kClassification;
  engine.Use();
  CHECK(engine.Post({Label("a", 1.0)}).warnings.empty());
  CHECK(engine.Model().classes == std::vector<std::string>{"1"});
}

TEST_CASE("early labels expire and are restored like others") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 2, 1000);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  PostEarly(&engine);
  checkpoint.Whole(engine.journal.records.size());
  const size_t stored_at = engine.journal.records.size();
  engine.Post({Prediction("a", 1), Prediction("c", 1)});
  CHECK(engine.Cell("1h", "1", "1") == 1);
  CHECK(engine.Cell("1h", "0", "1") == 1);
  MapStore copy = store;
  Pipeline restored(nullptr);
  restored.UseStore(&copy, 2, 1000);
  REQUIRE(restored.Restore(checkpoint.stored_image));
  for (size_t i = stored_at; i < engine.journal.records.size(); ++i) {
    REQUIRE(restored.Replay(engine.journal.records[i]) ==
            Pipeline::Status::kApplied);
  }
  CHECK(Describe(restored.state(), engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
  engine.Wait(3 * Engine::kHour);
  CHECK(engine.Count(kPendingLabels) == 0);
  CHECK(engine.Count(kExpiredLabels) == 2);
}
