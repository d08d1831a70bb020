// Counts of windows next to classes, against a plain recount of their pairs:
// with corrections, evictions, reloads and late events.

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <random>

#include "core/event/command.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

struct Pair {
  bool positive;
  double score;
};

double Auc(const std::vector<Pair>& pairs) {
  double won = 0;
  double n = 0;
  for (const Pair& a : pairs) {
    for (const Pair& b : pairs) {
      if (!a.positive || b.positive) continue;
      won += a.score > b.score ? 1 : a.score == b.score ? 0.5 : 0;
      ++n;
    }
  }
  return won / n;
}

double LogLoss(const std::vector<Pair>& pairs) {
  double sum = 0;
  for (const Pair& p : pairs) {
    sum -= std::log(p.positive ? p.score : 1 - p.score);
  }
  return sum / static_cast<double>(pairs.size());
}

TestEvent Scored(const std::string& id, bool predicted, double score) {
  TestEvent event = Prediction(id, predicted ? "UP" : "DOWN");
  event.score = score;
  return event;
}

struct ScoredEngine : Engine {
  ScoredEngine() {
    settings.defaults.positive_class = "UP";
    settings.defaults.windows = {TimeWindow("1h", kHour), LastWindow(50)};
    settings.defaults.thresholds = {{"0.5", 0.5}, {"0.70", 0.7}};
    Use();
  }
};

TEST_CASE("figures of scores are those of the pairs in the window") {
  ScoredEngine engine;
  std::mt19937 random(1);
  std::map<std::string, Pair> all;
  std::vector<std::string> order;
  for (int i = 0; i < 200; ++i) {
    const std::string id = "id" + std::to_string(i);
    const double score = static_cast<double>(random() % 997 + 1) / 1000;
    const bool up = random() % 1000 < score * 1000;
    engine.Post(
        {Scored(id, score > 0.4, score), Label(id, up ? "UP" : "DOWN")});
    all[id] = {up, score};
    order.push_back(id);
    // Corrects some pairs, in the ring and out of it.
    if (i % 7 == 0) {
      const std::string& old = order[random() % order.size()];
      all[old].positive = !all[old].positive;
      engine.now_ms += 1;
      engine.Post({Label(old, all[old].positive ? "UP" : "DOWN",
                         static_cast<double>(engine.now_ms) / 1000)});
    }
    engine.now_ms += 10;
  }
  std::vector<Pair> pairs;
  for (const auto& [id, pair] : all) pairs.push_back(pair);
  std::vector<Pair> last;
  for (size_t i = order.size() - 50; i < order.size(); ++i) {
    last.push_back(all[order[i]]);
  }
  // 200 pairs in one hour have more scores than a slot tells apart.
  CHECK(*engine.Figure("roc_auc_binary", "1h") ==
        Approx(Auc(pairs)).margin(0.002));
  CHECK(*engine.Figure("log_loss", "1h") ==
        Approx(LogLoss(pairs)).epsilon(1e-12));
  CHECK(*engine.Figure("roc_auc_binary", "last_50") ==
        Approx(Auc(last)).epsilon(1e-12));
  CHECK(*engine.Figure("log_loss", "last_50") ==
        Approx(LogLoss(last)).epsilon(1e-12));
  const auto share = [&last](double threshold, bool of_positives) {
    double hits = 0;
    double of = 0;
    for (const Pair& p : last) {
      const bool predicted = p.score >= threshold;
      of += of_positives ? p.positive : predicted;
      hits += p.positive && predicted;
    }
    return hits / of;
  };
  CHECK(*engine.Figure("threshold_recall_0.70", "last_50") ==
        Approx(share(0.7, true)));
  CHECK(*engine.Figure("threshold_precision_0.5", "last_50") ==
        Approx(share(0.5, false)));
}

TEST_CASE("a new positive class, or threshold, starts empty; others go on") {
  ScoredEngine engine;
  engine.Post(
      {Scored("a", true, 0.9), Label("a", "UP"), Scored("w", true, 0.8)});
  engine.settings.defaults.thresholds = {{"0.70", 0.7}, {"0.9", 0.9}};
  engine.Use();
  CHECK(engine.Figure("log_loss", "1h"));
  CHECK(engine.Figure("threshold_recall_0.70", "1h") == 1);
  CHECK_FALSE(engine.Figure("threshold_recall_0.9", "1h"));
  CHECK_FALSE(engine.Figure("threshold_recall_0.5", "1h"));
  engine.Post({Label("w", "UP"), Scored("b", true, 0.95), Label("b", "UP")});
  CHECK(engine.Window("1h").of(Section::kThresholds).size() == 16);
  // The new threshold has counted one pair, the old one three.
  const auto positives = [&engine](const std::string& threshold) {
    return *engine.Figure("threshold_positive_prediction_" + threshold, "1h");
  };
  CHECK(positives("0.70") == 1);
  CHECK(positives("0.9") == 1);
  engine.settings.defaults.positive_class = "DOWN";
  engine.Use();
  for (const char* window : {"1h", "last_50"}) {
    CHECK_FALSE(engine.Figure("log_loss", window));
    CHECK_FALSE(engine.Figure("roc_auc_binary", window));
  }
  // Earlier predictions are not counted when they are corrected or evicted.
  engine.Post({Label("a", "DOWN")});
  CHECK(engine.Count(kCorrections) == 1);
  for (int i = 0; i < 60; ++i) {
    engine.Post({Scored("n" + std::to_string(i), true, 0.25),
                 Label("n" + std::to_string(i), "DOWN")});
  }
  CHECK(*engine.Figure("log_loss", "1h") == Approx(-std::log(0.25)));
  CHECK(*engine.Figure("log_loss", "last_50") == Approx(-std::log(0.25)));
}

TestEvent OfClasses(const std::string& label,
                    std::vector<std::pair<std::string, double>> scores) {
  TestEvent event = Both("a", label);
  event.scores = std::move(scores);
  return event;
}

TEST_CASE("a positive class that comes later never meets older scores") {
  Engine engine;
  engine.settings.defaults.windows = {LastWindow(4)};
  engine.Use();
  const auto post = [&engine](int n) {
    for (int i = 0; i < n; ++i) {
      engine.Post({OfClasses(i % 2 == 0 ? "a" : "b",
                             {{"a", 0.75}, {"b", 0.25}, {"c", 0.0}})});
    }
  };
  post(4);
  CHECK_FALSE(engine.Figure("roc_auc_binary", "last_4"));
  CHECK(*engine.Figure("roc_auc_macro", "last_4") == Approx(0.5));
  engine.settings.defaults.positive_class = "a";
  engine.Use();
  post(6);
  CHECK(engine.Window("last_4").of(Section::kScores)[0] == 4);
  CHECK(*engine.Figure("average_precision_binary", "last_4") == Approx(0.5));
}

TEST_CASE("scores of a positive class that has not occurred are 0") {
  Engine engine;
  engine.settings.defaults.positive_class = "spam";
  engine.settings.defaults.windows = {LastWindow(2)};
  engine.Use();
  engine.Post({OfClasses("a", {{"a", 1.0}}), OfClasses("a", {{"a", 0.5}})});
  CHECK(engine.Window("last_2").of(Section::kScores)[0] == 2);
  engine.Post({OfClasses("spam", {{"spam", 0.5}, {"a", 0.5}}),
               OfClasses("a", {{"a", 0.5}, {"spam", 0.0}})});
  CHECK(engine.Window("last_2").of(Section::kScores)[0] == 2);
  CHECK(*engine.Figure("roc_auc_binary", "last_2") == 1);
}

TEST_CASE("a version that is removed in a group leaves the scores of others") {
  Engine engine;
  engine.settings.defaults.windows = {LastWindow(3)};
  engine.Use();
  auto other = OfClasses("a", {{"a", 0.5}, {"b", 0.5}});
  other.version = "2";
  engine.Post({other, OfClasses("a", {{"a", 0.5}, {"b", 0.5}})});
  std::vector<Command> commands = {
      Batch({OfClasses("a", {{"a", 0.8}, {"b", 0.2}})}), Removal{"m", "2"},
      Batch({OfClasses("b", {{"a", 0.3}, {"b", 0.7}})})};
  // One record of the journal, as replay applies it.
  Group group{engine.now_ms, {}};
  for (const Command& command : commands) group.commands.push_back(&command);
  std::string record;
  EncodeGroup(group, &record);
  REQUIRE(engine.pipeline.Replay(record) == Pipeline::Status::kApplied);
  CHECK(*engine.Figure("log_loss", "last_3") ==
        Approx(-(std::log(0.5) + std::log(0.8) + std::log(0.7)) / 3));
  engine.Post({OfClasses("a", {{"a", 0.9}, {"b", 0.1}})});
  CHECK(*engine.Figure("log_loss", "last_3") ==
        Approx(-(std::log(0.9) + std::log(0.8) + std::log(0.7)) / 3));
}

TEST_CASE("a class of scores and label is one class") {
  Engine engine;
  engine.settings.classes = 2;
  engine.Use();
  CHECK(engine.Post({OfClasses("b", {{"a", 0.6}, {"b", 0.4}})}).accepted == 1);
  CHECK(engine.Post({OfClasses("b", {{"a", 0.6}, {"c", 0.4}})})
            .errors[0]
            .reject == Reject::kClassLimit);
}

TEST_CASE("windows on prediction time hold what was predicted in them") {
  Engine engine;
  engine.now_ms = 1'700'000'000'000 / Engine::kHour * Engine::kHour;
  engine.settings.defaults.by_prediction = true;
  engine.settings.defaults.windows = {TimeWindow("1h", Engine::kHour),
                                      LastWindow(10)};
  engine.settings.defaults.windows[0].by_prediction = true;
  engine.Use();
  const auto minutes_ago = [&engine](int minutes) {
    return static_cast<double>(engine.now_ms - minutes * Engine::kMinute) /
           1000;
  };
  TestEvent recent = Prediction("recent", "UP");
  recent.timestamp = minutes_ago(30);
  TestEvent old = Prediction("old", "UP");
  old.timestamp = minutes_ago(90);
  engine.Post({recent, old, Prediction("now", "UP"), Prediction("open", "UP")});
  // Labels arrive later.
  engine.now_ms += 20 * Engine::kMinute;
  engine.Post(
      {Label("recent", "UP"), Label("old", "UP"), Label("now", "DOWN")});
  CHECK(engine.Window("1h").predictions == 3);
  CHECK(engine.Window("1h").labelled == 2);
  CHECK(engine.Window("1h").observations == 2);
  CHECK(engine.Window("last_10").observations == 3);
  CHECK(engine.Count(kObservations) == 3);
  // A correction finds the pair in its slot.
  engine.Post({Label("now", "UP")});
  CHECK(engine.Cell("1h", "UP", "UP") == 2);
  // The pair is 50 minutes old and leaves after 10 more; its label came 11
  // minutes ago.
  engine.Wait(11 * Engine::kMinute);
  CHECK(engine.Window("1h").observations == 1);
  CHECK(engine.Window("1h").predictions == 2);
}

TEST_CASE("pairs without an id are told apart by a reload too") {
  ScoredEngine engine;
  engine.settings.defaults.windows = {LastWindow(10)};
  engine.settings.defaults.thresholds = {{"0.5", 0.5}};
  engine.Use();
  const auto post = [&engine] {
    std::vector<TestEvent> events;
    for (int i = 0; i < 5; ++i) {
      events.push_back(Both("UP", i % 2 == 0 ? "UP" : "DOWN"));
      events.back().score = 0.75;
    }
    engine.Post(events);
  };
  post();
  post();
  engine.settings.defaults.thresholds.push_back({"0.3", 0.3});
  engine.Use();
  post();  // evicts pairs that the new threshold never counted
  CHECK(engine.Figure("threshold_precision_0.3", "last_10") == 0.6);
  engine.settings.defaults.positive_class = "DOWN";
  engine.Use();
  post();
  CHECK(*engine.Figure("threshold_precision_0.5", "last_10") == Approx(0.4));
  CHECK(*engine.Figure("brier_score", "last_10") ==
        Approx((3 * 0.5625 + 2 * 0.0625) / 5));
}

TEST_CASE("places of thresholds are used again") {
  ScoredEngine engine;
  engine.Post({Scored("a", true, 0.9), Label("a", "UP")});
  const int64_t bytes = engine.pipeline.state().window_bytes();
  for (int i = 0; i < 20; ++i) {
    const std::string text = "0." + std::to_string(10 + i);
    engine.settings.defaults.thresholds = {{text, (10 + i) / 100.0},
                                           {"0.5", 0.5}};
    engine.Use();
    CHECK_FALSE(engine.Figure("threshold_recall_" + text, "1h"));
    CHECK(engine.Figure("threshold_recall_0.5", "1h") == 1);
  }
  CHECK(engine.pipeline.state().window_bytes() == bytes);
  engine.Post({Scored("b", true, 0.2), Label("b", "UP")});
  CHECK(engine.Figure("threshold_recall_0.29", "1h") == 0);
}

TEST_CASE("history of predictions of long ago stays small") {
  Engine engine;
  engine.settings.defaults.by_prediction = true;
  engine.settings.defaults.windows = {TimeWindow("1h", Engine::kHour)};
  engine.settings.defaults.windows[0].by_prediction = true;
  engine.Use();
  std::mt19937 random(5);
  std::vector<TestEvent> events;
  for (int i = 0; i < 20'000; ++i) {
    events.push_back(Both("UP", "UP"));
    events.back().timestamp = random() % 1'700'000'000;
  }
  engine.Post(events);
  const auto* state = &engine.pipeline.state();
  const History& history =
      State::FindVersion(*state->FindModel("m"), "1")->history;
  CHECK(history.steps().size() < 24 * 400);
  CHECK(engine.Count(kObservations) == 20'000);
}

TEST_CASE("three windows of a model take what was promised") {
  Engine engine;
  engine.settings.defaults.positive_class = "UP";
  engine.settings.defaults.windows = {};
  engine.settings.defaults.drift.predictions = false;
  engine.settings.defaults.drift.scores = false;
  engine.settings.defaults.estimate = false;
  engine.Use();
  engine.Post({Both("UP", "DOWN")});
  const int64_t none = engine.pipeline.state().window_bytes();
  engine.settings.defaults.windows = {TimeWindow("5m", 300'000),
                                      TimeWindow("1h", Engine::kHour),
                                      TimeWindow("24h", Engine::kDay)};
  engine.Use();
  CHECK(engine.pipeline.state().window_bytes() - none < 16 << 10);
  TestEvent scored = Both("UP", "DOWN");
  scored.score = 0.5;
  engine.Post({scored});
  CHECK(engine.pipeline.state().window_bytes() - none < 256 << 10);
  // Counts of predictions without labels come on top.
  const int64_t figures = engine.pipeline.state().window_bytes();
  engine.settings.defaults.drift = {};
  engine.Use();
  CHECK(engine.pipeline.state().window_bytes() - figures < 64 << 10);
  engine.settings.defaults.drift.features = {"a", "b", "c", "d",
                                             "e", "f", "g", "h"};
  engine.Use();
  CHECK(engine.pipeline.state().window_bytes() - figures < 1024 << 10);
  const int64_t drift = engine.pipeline.state().window_bytes();
  engine.settings.defaults.estimate = true;
  engine.Use();
  CHECK(engine.pipeline.state().window_bytes() - drift < 512 << 10);
}

}  // namespace
}  // namespace plumbline
