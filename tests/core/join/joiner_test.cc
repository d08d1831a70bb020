// The rules of the join, one test each.

#include "core/join/joiner.h"

#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a prediction waits and its label joins it") {
  Engine engine;
  CHECK(engine.Post({Prediction("a", "UP")}).accepted == 1);
  CHECK(engine.Count(kPendingPredictions) == 1);
  CHECK(engine.Post({Label("a", "DOWN")}).accepted == 1);
  CHECK(engine.Count(kPendingPredictions) == 0);
  CHECK(engine.Count(kObservations) == 1);
  CHECK(engine.Count(kJoinedLabels) == 1);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
  CHECK(engine.Cell("last_10", "DOWN", "UP") == 1);
}

TEST_CASE("a label that comes first waits for its prediction") {
  Engine engine;
  engine.Post({Label("a", "UP")});
  CHECK(engine.Count(kPendingLabels) == 1);
  engine.Post({Prediction("a", "UP")});
  CHECK(engine.Count(kPendingLabels) == 0);
  CHECK(engine.Count(kJoinedLabels) == 1);
  CHECK(engine.Cell("1h", "UP", "UP") == 1);
}

TEST_CASE("the first prediction stands, whatever a later one says") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  const auto outcome = engine.Post({Prediction("a", "DOWN")});
  CHECK(outcome.duplicates == 1);
  CHECK(outcome.accepted == 0);
  CHECK(engine.Count(kDuplicatePredictions) == 1);
  CHECK(engine.Count(kPredictions) == 1);
  CHECK(engine.Model().classes == std::vector<std::string>{"UP"});
}

TEST_CASE("the same label again changes nothing but a counter") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
  CHECK(engine.Count(kDuplicateLabels) == 1);
  CHECK(engine.Count(kLabels) == 1);
  CHECK(engine.Count(kObservations) == 1);
}

TEST_CASE("one label scores the prediction of every version") {
  Engine engine;
  engine.Post({Prediction("a", "UP", "1"), Prediction("a", "DOWN", "2"),
               Label("a", "UP"), Prediction("a", "DOWN", "3")});
  CHECK(engine.Cell("1h", "UP", "UP", "1") == 1);
  CHECK(engine.Cell("1h", "UP", "DOWN", "2") == 1);
  CHECK(engine.Cell("1h", "UP", "DOWN", "3") == 1);  // came after the label
  CHECK(engine.Count(kJoinedLabels) == 1);
  CHECK(engine.Count(kLabels) == 1);
}

TEST_CASE("models do not share ids") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  TestEvent other = Label("a", "UP");
  other.model = "n";
  engine.Post({other});
  CHECK(engine.Count(kPendingPredictions) == 1);
  CHECK(engine.Model("n").counts[kPendingLabels] == 1);
}

TEST_CASE("a corrected label moves the pair of every version") {
  Engine engine;
  engine.Post({Prediction("a", "UP", "1"), Prediction("a", "DOWN", "2"),
               Label("a", "UP")});
  CHECK(engine.Post({Label("a", "DOWN")}).accepted == 1);
  CHECK(engine.Count(kCorrections) == 1);
  CHECK(engine.Count(kLabels) == 1);
  for (const char* window : {"1h", "last_10"}) {
    CHECK(engine.Cell(window, "UP", "UP", "1") == 0);
    CHECK(engine.Cell(window, "DOWN", "UP", "1") == 1);
    CHECK(engine.Cell(window, "UP", "DOWN", "2") == 0);
    CHECK(engine.Cell(window, "DOWN", "DOWN", "2") == 1);
    CHECK(engine.Window(window).observations == 1);
  }
}

TEST_CASE("a correction counts again in outcomes and is withdrawn") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  engine.Post({Label("a", "DOWN")});
  const auto version = engine.FindVersion();
  const uint32_t old_cell = CellOf(0, 0);
  const uint32_t new_cell = CellOf(1, 0);
  CHECK(version.outcomes[old_cell] == 1);
  CHECK(version.withdrawn[old_cell] == 1);
  CHECK(version.outcomes[new_cell] == 1);
  CHECK(version.withdrawn[new_cell] == 0);
}

TEST_CASE("a resend of the old label does not undo a correction") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP"), Label("a", "DOWN")});
  CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
  // A third value is new. After it both others are past labels.
  CHECK(engine.Post({Label("a", "FLAT")}).accepted == 1);
  CHECK(engine.Post({Label("a", "UP"), Label("a", "DOWN")}).duplicates == 2);
}

TEST_CASE("a correction with a timestamp goes by it") {
  Engine engine;
  const double now = static_cast<double>(engine.now_ms) / 1000;
  engine.Post({Prediction("a", "UP"), Label("a", "UP", now - 100)});
  CHECK(engine.Post({Label("a", "DOWN", now - 101)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "DOWN", now - 99)}).accepted == 1);
  CHECK(engine.Post({Label("a", "UP", now - 100)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "UP", now - 98)}).accepted == 1);
  CHECK(engine.Count(kCorrections) == 2);
  CHECK(engine.Cell("1h", "UP", "UP") == 1);
}

TEST_CASE("an early label can be corrected before its prediction comes") {
  Engine engine;
  engine.Post({Label("a", "UP"), Label("a", "DOWN")});
  CHECK(engine.Count(kCorrections) == 1);
  CHECK(engine.Count(kPendingLabels) == 1);
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
  CHECK(engine.Count(kDuplicateLabels) == 1);
}

TEST_CASE("under label_changes ignore every second label is a duplicate") {
  Engine engine;
  engine.settings.correct_labels = false;
  engine.Use();
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  CHECK(engine.Post({Label("a", "DOWN")}).duplicates == 1);
  CHECK(engine.Count(kCorrections) == 0);
}

TEST_CASE("a correction finds its place in a last-N window") {
  Engine engine;
  engine.settings.defaults.windows = {LastWindow(2)};
  engine.Use();
  engine.Post({Prediction("a", "UP"), Label("a", "UP"), Prediction("b", "UP"),
               Label("b", "UP")});
  engine.Post({Label("a", "DOWN")});
  CHECK(engine.Cell("last_2", "DOWN", "UP") == 1);
  engine.Post({Prediction("c", "UP"), Label("c", "UP")});  // pushes a out
  CHECK(engine.Cell("last_2", "DOWN", "UP") == 0);
  CHECK(engine.Cell("last_2", "UP", "UP") == 2);
  engine.Post({Label("a", "FLAT")});  // its pair has left the window
  CHECK(engine.Cell("last_2", "UP", "UP") == 2);
  CHECK(engine.Window("last_2").observations == 2);
}

TEST_CASE("a correction after its time window moves nothing there") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  engine.Wait(2 * Engine::kHour);
  engine.Post({Label("a", "DOWN")});
  CHECK(engine.Window("1h").observations == 0);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 0);
  CHECK(engine.Cell("last_10", "DOWN", "UP") == 1);
}

TEST_CASE("both halves with an id are its prediction, then its label") {
  Engine engine;
  CHECK(engine.Post({Both("UP", "DOWN", "a")}).accepted == 1);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
  CHECK(engine.Post({Both("UP", "DOWN", "a")}).duplicates == 1);
  CHECK(engine.Count(kDuplicatePredictions) == 1);
  CHECK(engine.Count(kDuplicateLabels) == 1);
  // One new half makes the event accepted.
  engine.Post({Prediction("b", "UP")});
  CHECK(engine.Post({Both("UP", "UP", "b")}).accepted == 1);
  CHECK(engine.Count(kDuplicatePredictions) == 2);
}

TEST_CASE("both halves without an id are new each time") {
  Engine engine;
  CHECK(engine.Post({Both("UP", "UP"), Both("UP", "UP")}).accepted == 2);
  CHECK(engine.Count(kObservations) == 2);
  CHECK(engine.Count(kPredictions) == 2);
  CHECK(engine.Count(kLabels) == 2);
  CHECK(engine.Count(kJoinedLabels) == 2);
  CHECK(engine.remembered() == 0);
}

TEST_CASE("the label delay is from timestamp to timestamp, never below 0") {
  Engine engine;
  const double now = static_cast<double>(engine.now_ms) / 1000;
  TestEvent prediction = Prediction("a", "UP");
  prediction.timestamp = now - 100;
  engine.Post({prediction, Label("a", "UP", now - 60)});             // 40 s
  engine.Post({Label("b", "UP", now - 10), Prediction("b", "UP")});  // 0 s
  engine.Post({Both("UP", "UP"), Both("UP", "UP", "c")});            // none
  const auto model = engine.Model();
  const uint64_t* delay = &model.counts[kDelay];
  CHECK(std::bit_cast<double>(delay[0]) == 40.0);
  uint64_t observed = 0;
  for (size_t i = 0; i <= kDelayBounds.size(); ++i) observed += delay[1 + i];
  CHECK(observed == 2);
}

TEST_CASE("coverage counts the predictions of the window that have a label") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Prediction("b", "UP")});
  engine.Wait(10 * Engine::kMinute);
  engine.Post({Prediction("c", "UP"), Label("a", "UP")});
  CHECK(engine.Window("1h").predictions == 3);
  CHECK(engine.Window("1h").labelled == 1);
  engine.Wait(55 * Engine::kMinute);  // the first two leave the window
  CHECK(engine.Window("1h").predictions == 1);
  CHECK(engine.Window("1h").labelled == 0);
  engine.Post({Label("b", "UP"), Label("c", "UP")});
  CHECK(engine.Window("1h").labelled == 1);
}

TEST_CASE("a waiting prediction expires after the horizon, never before") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.Use();
  engine.Post({Prediction("a", "UP")});
  engine.Wait(Engine::kHour - 1);
  CHECK(engine.Count(kExpiredPredictions) == 0);
  engine.Wait(Engine::kMinute + 1);  // late by at most 1/60 of the horizon
  CHECK(engine.Count(kExpiredPredictions) == 1);
  CHECK(engine.Count(kPendingPredictions) == 0);
  CHECK(engine.remembered() == 0);
}

TEST_CASE("after the horizon a prediction is unknown, joined or not") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.settings.label_horizon_ms = Engine::kMinute;
  engine.Use();
  engine.Post({Prediction("a", "UP"), Label("a", "UP"), Prediction("b", "UP")});
  engine.Wait(2 * Engine::kHour);
  // The same prediction is new again, and a label that comes first is early.
  CHECK(engine.Post({Prediction("a", "UP")}).accepted == 1);
  CHECK(engine.Count(kPendingPredictions) == 1);
  CHECK(engine.Post({Label("b", "UP")}).accepted == 1);
  CHECK(engine.Count(kPendingLabels) == 1);
  CHECK(engine.Count(kPredictions) == 3);
}

TEST_CASE("an early label expires after its own horizon") {
  Engine engine;
  engine.Post({Label("a", "UP")});
  engine.Wait(Engine::kHour - 1);
  CHECK(engine.Count(kPendingLabels) == 1);
  engine.Wait(2 * Engine::kMinute);
  CHECK(engine.Count(kPendingLabels) == 0);
  CHECK(engine.Count(kExpiredLabels) == 1);
}

TEST_CASE("a label is remembered as long as a prediction that it scored") {
  Engine engine;
  engine.Post({Prediction("a", "UP", "1"), Label("a", "UP")});
  engine.Wait(Engine::kDay);  // the horizon of labels is an hour
  engine.Post({Prediction("a", "DOWN", "2")});
  CHECK(engine.Cell("1h", "UP", "DOWN", "2") == 1);
}

TEST_CASE("a label outlives its prediction for its own horizon") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.settings.label_horizon_ms = Engine::kHour;
  engine.Use();
  engine.Post({Prediction("a", "UP", "1")});
  engine.Wait(50 * Engine::kMinute);
  engine.Post({Label("a", "UP")});
  engine.Wait(20 * Engine::kMinute);  // the prediction has expired
  CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
  engine.Post({Prediction("a", "DOWN", "2")});
  CHECK(engine.Cell("1h", "UP", "DOWN", "2") == 1);
}

TEST_CASE("a later change of the horizon revives nothing") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.Use();
  engine.Post({Prediction("a", "UP")});
  engine.Wait(2 * Engine::kHour);
  engine.settings.horizon_ms = 7 * Engine::kDay;
  engine.Use();
  CHECK(engine.Post({Prediction("a", "UP")}).accepted == 1);
  CHECK(engine.Count(kPredictions) == 2);
}

TEST_CASE("a clock that steps back holds time still") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.Use();
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  engine.now_ms -= Engine::kDay;
  engine.Post({Prediction("b", "UP")});
  CHECK(engine.Window("1h").observations == 1);
  CHECK(engine.Window("1h").predictions == 2);
  engine.now_ms += Engine::kDay + Engine::kHour - 1;
  engine.Wait(0);
  CHECK(engine.Count(kPendingPredictions) == 1);
}

TEST_CASE("a label of an unknown model makes the model without a version") {
  Engine engine;
  engine.Post({Label("a", "UP")});
  CHECK(engine.Model().versions.empty());
  CHECK(engine.Count(kLabels) == 1);
}

TEST_CASE("classes are text: 1, 1.0 and \"1\" are one, true is \"true\"") {
  Engine engine;
  engine.Post({Both(1, "1"), Both("1", 1), Both(1, 1.0)});
  CHECK(engine.Model().classes == std::vector<std::string>{"1"});
  CHECK(engine.Cell("1h", "1", "1") == 3);
}

TEST_CASE("the task is taken from the first event") {
  Engine engine;
  CHECK(engine.Post({Both(0.5, 1)}).accepted == 1);
  CHECK(engine.Model().task == Task::kRegression);
  const auto outcome = engine.Post({Both("UP", "UP"), Both(2, 3)});
  CHECK(outcome.accepted == 1);
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].reject == Reject::kTaskMismatch);
  CHECK(engine.Count(kObservations) == 2);
}

TEST_CASE("a classification refuses fractions") {
  Engine engine;
  engine.Post({Both(1, 1)});
  const auto outcome = engine.Post({Both(1, 0.5)});
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].reject == Reject::kTaskMismatch);
  CHECK(outcome.errors[0].part == BatchOutcome::Part::kLabel);
}

TEST_CASE("a rejected event does nothing at all") {
  Engine engine;
  engine.settings.classes = 2;
  engine.Use();
  engine.Post({Both("UP", "DOWN")});
  const std::string before = Describe(engine.pipeline.state(), engine.now_ms);
  const auto outcome = engine.Post({Both("UP", "FLAT", "x")});
  CHECK(outcome.errors.at(0).reject == Reject::kClassLimit);
  CHECK(Describe(engine.pipeline.state(), engine.now_ms) == before);
}

TEST_CASE("one id does not gather past labels without end") {
  Engine engine;
  const double now = static_cast<double>(engine.now_ms) / 1000;
  engine.Post({Prediction("a", "UP"), Label("a", "UP", now - 1000)});
  for (int i = 0; i < 500; ++i) {
    engine.Post({Label("a", "c" + std::to_string(i), now - 900 + i)});
  }
  CHECK(engine.Count(kCorrections) == 500);
  CHECK(engine.remembered() <= 1 + 64);
}

TEST_CASE("a label outlives the deletion of the version that it scored") {
  Engine engine;
  engine.settings.horizon_ms = 10 * Engine::kHour;
  engine.settings.label_horizon_ms = Engine::kHour;
  engine.Use();
  engine.Post({Prediction("a", "UP", "1"), Label("a", "UP")});
  CHECK(engine.Do(Command{Removal{"m", "1"}}).done);
  SECTION("within its horizon it scores another version, and is known") {
    engine.Post({Prediction("a", "UP", "2")});
    CHECK(engine.Cell("1h", "UP", "UP", "2") == 1);
    CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
    engine.Post({Label("a", "DOWN")});
    CHECK(engine.Cell("1h", "DOWN", "UP", "2") == 1);
  }
  SECTION("the version that returns is new") {
    CHECK(engine.Post({Prediction("a", "DOWN", "1")}).accepted == 1);
    CHECK(engine.Cell("1h", "UP", "DOWN", "1") == 1);
    CHECK(engine.Count(kPredictions, "1") == 1);
  }
  SECTION("after it, it is forgotten") {
    engine.Wait(Engine::kHour);
    CHECK(engine.remembered() == 0);
    engine.Post({Prediction("a", "UP", "2")});
    CHECK(engine.Count(kPendingPredictions, "2") == 1);
  }
}

TEST_CASE("what waits for a label goes with its version") {
  Engine engine;
  engine.Post({Prediction("a", "UP", "1"), Prediction("a", "UP", "2")});
  engine.Do(Command{Removal{"m", "1"}});
  CHECK(engine.remembered() == 1);
  engine.Post({Label("a", "UP")});
  CHECK(engine.Count(kObservations, "2") == 1);
}

TEST_CASE("the deletion of a version forgets no past label of another's pair") {
  Engine engine;
  engine.Post({Prediction("a", "UP", "1"), Prediction("a", "UP", "2"),
               Label("a", "UP"), Label("a", "DOWN")});
  engine.Do(Command{Removal{"m", "1"}});
  engine.Wait(2 * Engine::kHour);
  CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
  CHECK(engine.Cell("last_10", "DOWN", "UP", "2") == 1);
}

TEST_CASE("past labels end with the pair that had them") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.settings.label_horizon_ms = Engine::kMinute;
  engine.Use();
  engine.Post({Prediction("a", "UP"), Label("a", "UP"), Label("a", "DOWN")});
  CHECK(engine.remembered() > 1);
  engine.Wait(2 * Engine::kHour);
  CHECK(engine.remembered() == 0);
  engine.Post({Prediction("a", "UP"), Label("a", "DOWN")});
  CHECK(engine.Post({Label("a", "UP")}).accepted == 1);
}

TEST_CASE("the other versions' delay counts where one has both halves") {
  Engine engine;
  TestEvent early = Prediction("a", "UP", "1");
  early.timestamp = static_cast<double>(engine.now_ms) / 1000 - 50;
  TestEvent both = Both("UP", "UP", "a");
  both.version = "2";
  engine.Post({early, both});
  const ModelSnapshot model = engine.Model();
  const uint64_t* delay = &model.counts[kDelay];
  uint64_t counted = 0;
  for (size_t i = 1; i < HistogramCells(kDelayBounds); ++i) counted += delay[i];
  CHECK(counted == 1);
}

TEST_CASE("a class that is configured away is refused though it was known") {
  Engine engine;
  engine.Post({Both("UP", "DOWN"), Prediction("a", "UP")});
  engine.settings.defaults.classes = {"UP"};
  engine.Use();
  CHECK(engine.Post({Both("DOWN", "UP")}).errors.at(0).reject ==
        Reject::kUnknownClass);
  const auto outcome = engine.Post({Label("a", "DOWN")});
  CHECK(outcome.errors.at(0).reject == Reject::kUnknownClass);
  CHECK(outcome.errors.at(0).part == BatchOutcome::Part::kLabel);
  CHECK(engine.Post({Label("a", "UP")}).accepted == 1);
}

TEST_CASE("a label that is new has no past") {
  Engine engine;
  engine.Post(
      {Prediction("a", "UP", "1"), Label("a", "UP"), Label("a", "DOWN")});
  engine.Do(Command{Removal{"m", "1"}});
  engine.Wait(2 * Engine::kHour);  // the label is forgotten
  engine.Post({Prediction("a", "UP", "2"), Label("a", "DOWN")});
  CHECK(engine.Post({Label("a", "UP")}).accepted == 1);
  CHECK(engine.Cell("last_10", "UP", "UP", "2") == 1);
}

TEST_CASE("a number of more digits than a class may have is too long") {
  Engine engine;
  engine.Post({Both("UP", "UP")});
  CHECK(engine.Post({Both(1e300, "UP")}).errors.at(0).reject ==
        Reject::kTooLong);
  CHECK(engine.Post({Both(1e22, "UP")}).accepted == 1);
}
