// `score` counts once a positive class is known, until an assumed one ends.

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

TestEvent Scored(const std::string& id, TestEvent::Value value, double score) {
  TestEvent event = Prediction(id, std::move(value));
  event.score = score;
  return event;
}

TestEvent OfClasses(const std::string& id, TestEvent::Value value,
                    std::vector<std::pair<std::string, double>> scores) {
  TestEvent event = Prediction(id, std::move(value));
  event.scores = std::move(scores);
  return event;
}

// The warnings of an outcome, but for the one of the first event.
std::vector<Warning> WarningsOf(const BatchOutcome& outcome) {
  std::vector<Warning> warnings;
  for (const auto& warned : outcome.warnings) {
    // Another test covers that warning.
    if (warned.warning != Warning::kTaskAssumed) {
      warnings.push_back(warned.warning);
    }
  }
  return warnings;
}

using Warnings = std::vector<Warning>;

}  // namespace

TEST_CASE(
    "a score without a positive class is left out, and the event counts") {
  Engine engine;
  const auto outcome = engine.Post({Scored("a", "UP", 0.9), Label("a", "UP")});
  CHECK(outcome.accepted == 2);
  CHECK(WarningsOf(outcome) == Warnings{Warning::kNoPositiveClass});
  CHECK(engine.Count(kObservations) == 1);
  CHECK_FALSE(engine.Figure("log_loss", "1h"));
  // A resend is a duplicate and has no warning.
  const auto again = engine.Post({Scored("a", "UP", 0.9)});
  CHECK(again.duplicates == 1);
  CHECK(again.warnings.empty());
  // A score that was left out does not return with a positive class.
  engine.Post({Scored("w", "UP", 0.9)});
  engine.settings.defaults.positive_class = "UP";
  engine.Use();
  engine.Post({Label("w", "UP")});
  CHECK_FALSE(engine.Figure("log_loss", "1h"));
  const auto known = engine.Post({Scored("b", "UP", 0.5), Label("b", "UP")});
  CHECK(known.warnings.empty());
  CHECK(*engine.Figure("log_loss", "1h") == Approx(std::log(2)));
}

TEST_CASE("of -1 and 1 the positive class is 1, whichever comes first") {
  for (const int first : {-1, 1}) {
    Engine engine;
    engine.Post({Both(first, first)});
    CHECK(engine.Model().positive_class == "1");
    CHECK(engine.Model().positive_origin == PositiveOrigin::kAssumed);
    const auto outcome = engine.Post({Scored("a", 1, 0.8), Scored("b", -1, 0.3),
                                      Label("a", 1), Label("b", -1)});
    CHECK(outcome.accepted == 4);
    CHECK(outcome.warnings.empty());
    CHECK(*engine.Figure("brier_score", "1h") ==
          Approx((0.04 + 0.09) / 2).margin(1e-9));
  }
}

TEST_CASE("a score counts from the very first event of a pair of classes") {
  Engine engine;
  TestEvent first = Both(-1, -1);
  first.score = 0.25;
  CHECK(WarningsOf(engine.Post({first})).empty());
  CHECK(*engine.Figure("brier_score", "1h") == Approx(0.0625));
}

TEST_CASE("an assumed positive class ends with another class, for good") {
  Engine engine;
  engine.settings.defaults.thresholds = {{"0.5", 0.5}};
  engine.Use();
  engine.Post({Scored("a", 1, 0.9), Label("a", 1), Scored("b", 0, 0.2),
               Label("b", 0), Scored("waits", 1, 0.7)});
  REQUIRE(engine.Figure("log_loss", "1h"));
  REQUIRE(engine.Figure("recall_binary", "1h"));
  REQUIRE(engine.Figure("threshold_recall_0.5", "1h"));
  REQUIRE(engine.Figure("roc_auc_binary", "last_10"));
  const auto outcome = engine.Post({Prediction("c", 2), Prediction("d", 1)});
  CHECK(WarningsOf(outcome) == Warnings{Warning::kPositiveClassEnded});
  CHECK(outcome.warnings.at(0).event == 0);
  CHECK_FALSE(engine.Model().positive_class);
  CHECK(engine.Model().positive_origin == PositiveOrigin::kEnded);
  for (const char* window : {"1h", "last_10"}) {
    for (const char* figure :
         {"log_loss", "brier_score", "roc_auc_binary", "recall_binary",
          "threshold_recall_0.5", "expected_calibration_error"}) {
      CHECK_FALSE(engine.Figure(figure, window));
    }
    CHECK(engine.Figure("accuracy", window) == 1);
  }
  // Nothing restores the assumption, and earlier scores are never counted.
  CHECK(WarningsOf(engine.Post({Scored("e", 1, 0.9)})) ==
        Warnings{Warning::kNoPositiveClass});
  CHECK(WarningsOf(engine.Post({Prediction("f", 3)})).empty());
  engine.settings.defaults.positive_class = "2";
  engine.Use();
  CHECK(engine.Model().positive_origin == PositiveOrigin::kConfigured);
  engine.Post(
      {Label("waits", 1), Label("a", 0), Scored("g", 2, 0.5), Label("g", 2)});
  for (int i = 0; i < 20; ++i) {
    engine.Post({Scored("n" + std::to_string(i), 2, 0.5),
                 Label("n" + std::to_string(i), 2)});
  }
  for (const char* window : {"1h", "last_10"}) {
    CHECK(*engine.Figure("log_loss", window) == Approx(std::log(2)));
  }
  engine.settings.defaults.positive_class = "";
  engine.Use();
  CHECK_FALSE(engine.Model().positive_class);
}

TEST_CASE("the event that ends the assumption keeps all but its score") {
  Engine engine;
  engine.Post({Scored("a", 1, 0.9)});
  const auto outcome = engine.Post({Scored("b", "cat", 0.9)});
  CHECK(outcome.accepted == 1);
  CHECK(WarningsOf(outcome) ==
        Warnings{Warning::kNoPositiveClass, Warning::kPositiveClassEnded});
}

TEST_CASE("three classes have no assumed positive class, in any order") {
  std::vector<int> classes = {0, 1, 2};
  do {
    Engine engine;
    for (const int c : classes) engine.Post({Both(c, c)});
    CHECK_FALSE(engine.Model().positive_class);
    CHECK_FALSE(engine.Figure("recall_binary", "1h"));
  } while (std::next_permutation(classes.begin(), classes.end()));
}

TEST_CASE("classes that come in one event are looked at together") {
  Engine engine;
  const auto outcome =
      engine.Post({OfClasses("a", 0, {{"0", 0.5}, {"1", 0.25}, {"2", 0.25}})});
  CHECK(WarningsOf(outcome).empty());  // there was no assumption to end
  CHECK(engine.Model().positive_origin == PositiveOrigin::kNone);
  Engine binary;
  binary.Post({OfClasses("a", 0, {{"0", 0.5}, {"1", 0.5}}), Label("a", 0)});
  CHECK(binary.Model().positive_class == "1");
  CHECK(*binary.Figure("log_loss", "1h") == Approx(std::log(2)));
}

TEST_CASE("a configured positive class does not end, and is given up again") {
  Engine engine;
  engine.settings.defaults.positive_class = "0";
  engine.Use();
  const auto outcome = engine.Post({Both(0, 1), Both(2, 2)});
  CHECK(WarningsOf(outcome).empty());
  CHECK(engine.Model().positive_class == "0");
  engine.settings.defaults.positive_class = "";
  engine.Use();
  CHECK_FALSE(engine.Model().positive_class);
  CHECK(engine.Model().positive_origin == PositiveOrigin::kNone);
}

TEST_CASE("without the configured one, a positive class is assumed again") {
  Engine engine;
  engine.settings.defaults.positive_class = "0";
  engine.Use();
  engine.Post({Scored("a", 0, 0.9), Label("a", 0), Scored("b", 1, 0.9)});
  engine.settings.defaults.positive_class = "";
  engine.Use();
  CHECK(engine.Model().positive_class == "1");
  CHECK(engine.Model().positive_origin == PositiveOrigin::kAssumed);
  engine.Post({Label("b", 1)});  // its score is of another class
  CHECK_FALSE(engine.Figure("log_loss", "1h"));
}

TEST_CASE("scores without the predicted class are left out, all of them") {
  Engine engine;
  const auto outcome = engine.Post(
      {OfClasses("a", "x", {{"y", 0.5}, {"z", 0.5}}), Label("a", "x")});
  CHECK(outcome.accepted == 2);
  CHECK(WarningsOf(outcome) == Warnings{Warning::kScoresIncomplete});
  CHECK(engine.Model().classes == std::vector<std::string>{"x"});
  CHECK_FALSE(engine.Figure("log_loss", "1h"));
  CHECK(engine.remembered() == 1);
  const auto known = engine.Post(
      {OfClasses("b", "x", {{"y", 0.5}}), OfClasses("c", "x", {{"x", 0.5}})});
  CHECK(WarningsOf(known) == Warnings{Warning::kScoresIncomplete});
  CHECK(known.warnings.at(0).event == 0);
  // Scores of a resend are not read.
  CHECK(engine.Post({OfClasses("b", "x", {{"y", 0.5}})}).warnings.empty());
}

TEST_CASE("a replay assumes and ends the same") {
  Engine engine;
  engine.Post({Scored("a", 1, 0.9), Label("a", 1)});
  engine.Post({Scored("b", 1, 0.8), Prediction("c", "cat"), Label("b", 1)});
  engine.settings.defaults.positive_class = "cat";
  engine.Use();
  engine.Post({Scored("d", "cat", 0.9), Label("d", "cat")});
  Pipeline replayed(nullptr);
  for (const std::string& record : engine.journal.records) {
    REQUIRE(replayed.Replay(record) == Pipeline::Status::kApplied);
  }
  CHECK(Describe(replayed.state(), engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
}
