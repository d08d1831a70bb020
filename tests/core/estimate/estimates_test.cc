#include "core/estimate/estimates.h"

#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/engine/checkpoint.h"
#include "core/metrics/bounds.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

constexpr int64_t kMinute = Engine::kMinute;

TestEvent Scored(const std::string& id, const char* prediction, double score) {
  TestEvent event = Prediction(id, prediction);
  event.score = score;
  return event;
}

// A model with true or overconfident scores: a prediction with score s has the
// label UP with probability `truth(s)`.
class Stream {
 public:
  explicit Stream(Engine* engine) : engine_(engine) {
    ModelSettings& model = engine->settings.defaults;
    model.positive_class = "UP";
    model.windows = {TimeWindow("10m", 10 * kMinute, 10), LastWindow(10)};
    engine->Use();
  }

  double (*truth)(double) = [](double score) { return score; };

  int pairs = 50;  // per minute

  void Run(int minutes) {
    for (int i = 0; i < minutes; ++i) {
      std::vector<TestEvent> events;
      for (int j = 0; j < pairs; ++j) {
        const double score = random_() / 0x1p32;
        TestEvent event =
            Both(score >= 0.5 ? "UP" : "DOWN",
                 random_() / 0x1p32 < truth(score) ? "UP" : "DOWN",
                 "id" + std::to_string(next_++));
        event.score = score;
        events.push_back(event);
      }
      engine_->Post(events);
      engine_->now_ms += kMinute;
    }
  }

 private:
  Engine* const engine_;
  std::mt19937 random_{17};
  int next_ = 0;
};

double TooSure(double score) { return 0.5 + (score - 0.5) * 0.4; }

std::optional<double> Of(const Engine& engine, const std::string& name) {
  return engine.Figure(name, "10m");
}

TEST_CASE("An estimate begins with scores as they are") {
  Engine engine;
  Stream stream(&engine);
  engine.Post({Scored("a", "UP", 0.9)});
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.9).epsilon(1e-12));
  CHECK(*Of(engine, "score_calibrated") == 0);
  CHECK_FALSE(Of(engine, "estimate_gap_accuracy"));
  CHECK_FALSE(Of(engine, "score_calibration_error_raw"));
  CHECK_FALSE(engine.Figure("score_calibrated", "last_10"));
  engine.Post({Scored("b", "DOWN", 0.23), Scored("c", "UP", 0.61),
               Scored("d", "DOWN", 0.47)});
  const auto is = [&engine](const char* name, double value) {
    INFO(name);
    CHECK(*Of(engine, name) == Approx(value).epsilon(1e-12));
  };
  is("estimated_accuracy", (0.9 + 0.77 + 0.61 + 0.53) / 4);
  is("estimated_precision_binary", 1.51 / 2);
  is("estimated_recall_binary", 1.51 / 2.21);
  is("estimated_f1_binary", 2 * 1.51 / (2 + 2.21));
  // The variance is that of the labels alone.
  const double deviation =
      std::sqrt(0.9 * 0.1 + 0.23 * 0.77 + 0.61 * 0.39 + 0.47 * 0.53) / 4;
  is("estimated_accuracy_lower_bound", 0.7025 - kZ * deviation);
  is("estimated_accuracy_upper_bound", 1);
  engine.Post({Label("a", "DOWN"), Label("b", "DOWN")});
  is("estimate_gap_accuracy", 0.5 - (0.9 + 0.77) / 2);
  CHECK(*Of(engine, "score_calibration_error_raw") ==
        Approx((0.9 + 0.23) / 2).epsilon(1e-9));
  CHECK_FALSE(Of(engine, "score_calibration_error_calibrated"));
  is("score_calibrated", 0);
}

TEST_CASE("Where nothing is scored nothing is estimated, nor said of scores") {
  Engine engine;
  engine.settings.defaults.windows = {TimeWindow("10m", 10 * kMinute, 10)};
  engine.Use();
  engine.Post({Prediction("z", "UP")});
  SECTION("no score") {}
  SECTION("no positive class") { engine.Post({Scored("a", "UP", 0.9)}); }
  SECTION("not wanted") {
    engine.settings.defaults.positive_class = "UP";
    engine.settings.defaults.estimate = false;
    engine.Use();
    engine.Post({Scored("a", "UP", 0.9)});
  }
  CHECK_FALSE(Of(engine, "estimated_accuracy"));
  CHECK_FALSE(Of(engine, "score_calibrated"));
}

TEST_CASE("Scores of several classes count as they are at first") {
  Engine engine;
  engine.settings.defaults.windows = {TimeWindow("10m", 10 * kMinute, 10)};
  engine.Use();
  TestEvent a = Prediction("a", "x");
  a.scores = {{"x", 0.7}, {"y", 0.2}, {"z", 0.1}};
  TestEvent b = Prediction("b", "y");
  b.scores = {{"x", 0.3}, {"y", 0.4}, {"z", 0.3}};
  engine.Post({a, b});
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.55).epsilon(1e-9));
  CHECK(*Of(engine, "score_calibrated") == 0);
  engine.Post({Label("a", "x")});
  CHECK(*Of(engine, "estimate_gap_accuracy") == Approx(0.3).epsilon(1e-9));
}

TEST_CASE("History and anomalies of an estimate begin with its calibration") {
  Engine engine;
  Stream stream(&engine);
  engine.settings.defaults.anomalies.metrics = {"estimated_accuracy"};
  engine.settings.defaults.anomalies.min_history_ms = Engine::kHour;
  engine.Use();
  const auto expected = [&engine] {
    return engine.FindWindow("10m").expected.size();
  };
  int id = 0;
  const auto run = [&](int hours, bool labelled) {
    for (int i = 0; i < 12 * hours; ++i) {
      engine.Wait(5 * kMinute);
      std::vector<TestEvent> events;
      for (int j = 0; j < 10; ++j) {
        events.push_back(Scored(std::to_string(id++), "UP", 0.9));
        if (labelled) events.back().label = j % 2 == 0 ? "UP" : "DOWN";
      }
      engine.Post(events);
    }
  };
  run(20, false);
  CHECK(*Of(engine, "score_calibrated") == 0);
  CHECK(expected() == 0);
  run(24, true);
  CHECK(*Of(engine, "score_calibrated") == 1);
  CHECK(expected() == 1);
  CHECK(engine.FindWindow("10m").expected[0].expected.center ==
        Approx(0.5).margin(0.05));
}

TEST_CASE("Predictions are estimated before their labels come") {
  Engine engine;
  Stream stream(&engine);
  stream.Run(11);
  CHECK(*Of(engine, "score_calibrated") == 0);
  stream.Run(11);
  CHECK(*Of(engine, "score_calibrated") == 1);
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.75).margin(0.03));
  CHECK(*Of(engine, "estimated_accuracy_lower_bound") <
        *Of(engine, "estimated_accuracy"));
  CHECK(std::abs(*Of(engine, "estimate_gap_accuracy")) < 0.06);
  // An hour without events, then predictions without labels.
  engine.now_ms += Engine::kHour;
  std::vector<TestEvent> sure;
  for (int i = 0; i < 100; ++i) {
    sure.push_back(Scored("late" + std::to_string(i), "UP", 0.9));
  }
  engine.Post(sure);
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.9).margin(0.06));
  CHECK(*Of(engine, "estimated_precision_binary") ==
        *Of(engine, "estimated_accuracy"));
  CHECK(*Of(engine, "estimated_recall_binary") == 1);
  CHECK_FALSE(Of(engine, "accuracy"));
  CHECK_FALSE(Of(engine, "estimate_gap_accuracy"));
  CHECK_FALSE(engine.Figure("estimated_accuracy", "last_10"));
}

TEST_CASE("Scores that say too much are calibrated, true ones are left alone") {
  Engine engine;
  Stream stream(&engine);
  stream.truth = TooSure;
  stream.Run(120);
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.6).margin(0.03));
  CHECK(*Of(engine, "score_calibration_error_raw") > 0.12);
  CHECK(*Of(engine, "score_calibration_error_calibrated") < 0.06);

  Engine other;
  Stream honest(&other);
  honest.Run(120);
  CHECK(*Of(other, "score_calibration_error_raw") ==
        *Of(other, "expected_calibration_error"));
  CHECK(std::abs(*Of(other, "score_calibration_error_calibrated") -
                 *Of(other, "score_calibration_error_raw")) < 0.02);
}

TEST_CASE("Scores that say too much are calibrated at any rate of pairs") {
  Engine engine;
  Stream stream(&engine);
  stream.truth = TooSure;
  stream.pairs = GENERATE(20, 999, 1000, 3000);
  stream.Run(stream.pairs == 20 ? 40 : 16);
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.6).margin(0.06));
}

TEST_CASE("A calibration stands still while labels contradict it") {
  Engine engine;
  Stream stream(&engine);
  stream.Run(60);
  stream.truth = [](double score) { return 1 - score; };
  stream.Run(200);
  CHECK(*Of(engine, "accuracy") < 0.3);
  CHECK(*Of(engine, "estimated_accuracy") > 0.7);
  CHECK(*Of(engine, "estimate_gap_accuracy") < -0.4);
  // Learning continues once labels agree again.
  stream.truth = [](double score) { return score; };
  stream.Run(30);
  CHECK(std::abs(*Of(engine, "estimate_gap_accuracy")) < 0.06);
}

TEST_CASE("A change that is small is followed") {
  Engine engine;
  Stream stream(&engine);
  stream.Run(60);
  stream.truth = [](double score) { return 0.5 + (score - 0.5) * 0.9; };
  stream.Run(600);
  CHECK(std::abs(*Of(engine, "estimate_gap_accuracy")) < 0.06);
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.725).margin(0.02));
}

TEST_CASE("A corrected label moves the gap, not the estimate") {
  Engine engine;
  Stream stream(&engine);
  stream.Run(30);
  engine.now_ms += Engine::kHour;
  engine.Post({Scored("a", "UP", 0.9)});
  engine.Post({Label("a", "UP")});
  const auto estimated = Of(engine, "estimated_accuracy");
  CHECK(*Of(engine, "estimate_gap_accuracy") == Approx(1 - *estimated));
  engine.Post({Label("a", "DOWN")});
  CHECK(Of(engine, "estimated_accuracy") == estimated);
  CHECK(*Of(engine, "estimate_gap_accuracy") == Approx(-*estimated));
}

TEST_CASE("By the time of the prediction, late labels are learnt at once") {
  Engine engine;
  Stream stream(&engine);
  ModelSettings& model = engine.settings.defaults;
  model.by_prediction = true;
  model.windows[0].by_prediction = true;
  engine.Use();
  std::vector<TestEvent> predictions;
  std::vector<TestEvent> labels;
  std::mt19937 random(3);
  for (int i = 0; i < 900; ++i) {
    const double score = random() / 0x1p32;
    const std::string id = "id" + std::to_string(i);
    predictions.push_back(Scored(id, score >= 0.5 ? "UP" : "DOWN", score));
    labels.push_back(Label(id, random() / 0x1p32 < score ? "UP" : "DOWN"));
  }
  engine.Post(predictions);
  engine.now_ms += Engine::kHour;
  engine.Post(labels);
  CHECK_FALSE(Of(engine, "estimated_accuracy"));
  engine.Post({Scored("next", "UP", 0.8)});
  CHECK(*Of(engine, "score_calibrated") == 1);
  CHECK(*Of(engine, "estimated_accuracy") == Approx(0.8).margin(0.08));
}

TEST_CASE("Another positive class, and switching off and on, begin anew") {
  Engine engine;
  Stream stream(&engine);
  stream.Run(30);
  REQUIRE(Of(engine, "estimated_accuracy"));
  ModelSettings& model = engine.settings.defaults;
  SECTION("another positive class") {
    model.positive_class = "DOWN";
    engine.Use();
    model.positive_class = "UP";
    engine.Use();
  }
  SECTION("off and on") {
    model.estimate = false;
    engine.Use();
    CHECK_FALSE(Of(engine, "estimated_accuracy"));
    CHECK_FALSE(Of(engine, "score_calibration_error_raw"));
    model.estimate = true;
    engine.Use();
  }
  CHECK_FALSE(Of(engine, "estimated_accuracy"));
  CHECK_FALSE(Of(engine, "score_calibrated"));
  // A correction subtracts nothing for a pair that was counted before the
  // counts were cleared.
  engine.Post({Label("id1499", "UP", 2e9), Label("id1499", "DOWN", 2.1e9)});
  const SlotCounts counts = engine.Window("10m");
  for (const SparseSection section :
       {SparseSection::kJudgedScores, SparseSection::kPredictedScores}) {
    for (const auto& [key, count] : counts.of(section).entries) {
      CHECK(count == 0);
    }
  }
  stream.Run(5);
  CHECK(Of(engine, "estimated_accuracy"));
  CHECK(*Of(engine, "score_calibrated") == 0);
  stream.Run(25);
  CHECK(*Of(engine, "score_calibrated") == 1);
}

TEST_CASE("Several classes are estimated from their scores") {
  Engine engine;
  engine.settings.defaults.windows = {TimeWindow("10m", 10 * kMinute, 10)};
  engine.Use();
  std::mt19937 random(9);
  const std::vector<std::string> names = {"a", "b", "c", "d"};
  for (int minute = 0; minute < 60; ++minute) {
    std::vector<TestEvent> events;
    for (int i = 0; i < 60; ++i) {
      // Draws the label from the scores, and predicts the highest.
      std::vector<double> scores;
      double sum = 0;
      for (size_t c = 0; c < names.size(); ++c) {
        scores.push_back(std::pow(random() / 0x1p32, 3));
        sum += scores.back();
      }
      double left = random() / 0x1p32 * sum;
      size_t label = 0;
      while (label + 1 < names.size() && left >= scores[label]) {
        left -= scores[label++];
      }
      const auto best = static_cast<size_t>(
          std::max_element(scores.begin(), scores.end()) - scores.begin());
      TestEvent event = Both(names[best], names[label]);
      for (size_t c = 0; c < names.size(); ++c) {
        event.scores.emplace_back(names[c], scores[c] / sum);
      }
      events.push_back(event);
    }
    engine.Post(events);
    engine.now_ms += kMinute;
  }
  for (const char* name : {"accuracy", "precision_macro", "recall_macro",
                           "f1_macro", "roc_auc_macro"}) {
    INFO(name);
    const std::string estimated = std::string(name) == "roc_auc_macro"
                                      ? "estimated_roc_auc"
                                      : "estimated_" + std::string(name);
    const auto value = Of(engine, estimated);
    const auto realised = Of(engine, name);
    REQUIRE(value);
    REQUIRE(realised);
    CHECK(std::abs(*value - *realised) < 0.06);
    CHECK(*Of(engine, "estimate_gap_" + std::string(name)) ==
          Approx(*realised - *value).margin(0.01));
  }
  CHECK(Of(engine, "score_calibration_error_raw") ==
        Of(engine, "expected_calibration_error"));
}

TEST_CASE("Many classes are estimated in the room there is") {
  Engine engine;
  engine.settings.defaults.windows = {TimeWindow("10m", 10 * kMinute, 10)};
  engine.Use();
  std::mt19937 random(4);
  const uint32_t classes = GENERATE(8, 20, 32);
  for (int minute = 0; minute < 40; ++minute) {
    std::vector<TestEvent> events;
    for (int i = 0; i < 500; ++i) {
      std::vector<double> scores;
      double sum = 0;
      for (uint32_t c = 0; c < classes; ++c) {
        scores.push_back(std::pow(random() / 0x1p32, 12));
        sum += scores.back();
      }
      double left = random() / 0x1p32 * sum;
      size_t label = 0;
      while (label + 1 < classes && left >= scores[label]) {
        left -= scores[label++];
      }
      const auto best = std::max_element(scores.begin(), scores.end());
      TestEvent event = Both("c" + std::to_string(best - scores.begin()),
                             "c" + std::to_string(label));
      for (uint32_t c = 0; c < classes; ++c) {
        event.scores.emplace_back("c" + std::to_string(c), scores[c] / sum);
      }
      events.push_back(event);
    }
    engine.Post(events);
    engine.now_ms += kMinute;
  }
  for (const char* name : {"accuracy", "precision_macro", "recall_macro",
                           "f1_macro", "roc_auc_macro"}) {
    INFO(name << " of " << classes);
    const auto gap = Of(engine, "estimate_gap_" + std::string(name));
    REQUIRE(gap);
    CHECK(std::abs(*gap) < 0.02);
  }
}

TEST_CASE("Estimates are the same after a checkpoint and after a replay") {
  Engine engine;
  Stream stream(&engine);
  stream.truth = TooSure;
  stream.Run(GENERATE(3, 47));  // before and after there is a calibration
  std::pmr::memory_resource* const memory = std::pmr::get_default_resource();
  State loaded(memory);
  StateImage image;
  engine.pipeline.Exclusively(
      [&image](State* state) { image = SaveState(state); });
  REQUIRE(LoadState(image, &loaded));
  CHECK(Describe(loaded, engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
  MemoryJournal journal;
  Pipeline replayed(&journal);
  for (const std::string& record : engine.journal.records) {
    REQUIRE(replayed.Replay(record) == Pipeline::Status::kApplied);
  }
  CHECK(Describe(replayed.state(), engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
}

}  // namespace
}  // namespace plumbline
