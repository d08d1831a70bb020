// What windows count beside classes, against a plain recount of the pairs that
// are in them: through corrections, evictions, reloads and lateness.

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <random>

#include "core/group.h"
#include "core/window/exact_sum.h"
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
    // Some are corrected, in the ring and out of it.
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
  // 200 pairs of one hour are more values than a slot tells apart.
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
  // The new one has seen one pair, the old one three.
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
  // What was predicted before is not counted when it is corrected or evicted.
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
               OfClasses("a", {{"spam", 0.0}})});
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
  // One record of the journal, as a group is replayed.
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

TEST_CASE("a regression stays exact after a million evictions") {
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.settings.defaults.windows = {LastWindow(100)};
  engine.Use();
  std::mt19937 random(2);
  std::deque<std::pair<double, double>> last;
  std::vector<TestEvent> events;
  for (int i = 0; i < 1'000'000; ++i) {
    const double label = 1e9 + static_cast<double>(random() % 1000) / 7;
    double prediction = label + static_cast<double>(random() % 100) / 3 - 16;
    if (i == 1000) prediction = 1e300;
    last.emplace_back(label, prediction);
    if (last.size() > 100) last.pop_front();
    events.push_back(Both(prediction, label));
    if (events.size() == 5000) {
      engine.Post(events);
      events.clear();
    }
  }
  long double error = 0;
  long double squared = 0;
  long double mean = 0;
  for (const auto& [label, prediction] : last) {
    const long double e = static_cast<long double>(prediction) - label;
    error += std::fabs(e) / 100;
    squared += e * e;
    mean += static_cast<long double>(label) / 100;
  }
  long double spread = 0;
  for (const auto& [label, prediction] : last) {
    spread += (label - mean) * (label - mean);
  }
  CHECK(*engine.Figure("mean_absolute_error", "last_100") ==
        Approx(static_cast<double>(error)).epsilon(1e-12));
  CHECK(*engine.Figure("root_mean_squared_error", "last_100") ==
        Approx(static_cast<double>(std::sqrt(squared / 100))).epsilon(1e-12));
  CHECK(*engine.Figure("r2", "last_100") ==
        Approx(static_cast<double>(1 - squared / spread)).epsilon(1e-9));
}

TEST_CASE("quantiles of the absolute error are within 1%") {
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.settings.defaults.windows = {TimeWindow("1h", Engine::kHour)};
  engine.Use();
  std::mt19937 random(3);
  std::vector<double> errors;
  std::vector<TestEvent> events;
  for (int i = 0; i < 5000; ++i) {
    const double error = std::exp(std::normal_distribution<>(0, 3)(random));
    errors.push_back(error);
    events.push_back(Both(random() % 2 == 0 ? error : -error, 0.0));
  }
  engine.Post(events);
  std::sort(errors.begin(), errors.end());
  for (const auto& [name, q] : std::map<std::string, double>{
           {"0.5", 0.5}, {"0.9", 0.9}, {"0.99", 0.99}}) {
    const double rank = q * 4999;
    const auto lower = static_cast<size_t>(rank);
    const double exact =
        errors[lower] + (rank - static_cast<double>(lower)) *
                            (errors[lower + 1] - errors[lower]);
    CHECK(*engine.Figure("absolute_error_quantile_" + name, "1h") ==
          Approx(exact).epsilon(0.01));
  }
  CHECK_FALSE(engine.Figure("mean_absolute_percentage_error", "1h"));
  CHECK_FALSE(engine.Figure("r2", "1h"));
}

TEST_CASE("a regression tells what a double can hold, or nothing") {
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.settings.defaults.windows = {LastWindow(7)};
  engine.Use();
  const auto post = [&engine](double prediction, double label) {
    engine.Post({Both(prediction, label)});
  };
  for (int i = 0; i < 300; ++i) {
    // Of the same label there is no spread, whatever its digits.
    for (int n = 0; n < 7; ++n) post(1.0, 0.113 + i / 10.0);
    CHECK_FALSE(engine.Figure("r2", "last_7"));
  }
  for (const double value : {1e160, 1e308, -1.7e308, 1e153}) {
    post(value, 1.0);
    post(value, -2.0);
    const WindowSnapshot window = engine.FindWindow("last_7");
    for (const NamedFigure& figure : FiguresOf(engine.Model(), window)) {
      CHECK(std::isfinite(figure.value));
    }
  }
  for (int n = 0; n < 7; ++n) post(n + 0.5, n);
  CHECK(*engine.Figure("mean_absolute_error", "last_7") == 0.5);
  CHECK(*engine.Figure("r2", "last_7") == Approx(1 - 7 * 0.25 / 28));
}

TEST_CASE("quantiles of errors of all sizes") {
  for (const double error : {1e-299, 3.0, 2e8, 1e12, 1e300, 1.7e308}) {
    CHECK(ErrorBins::ValueOf(ErrorBins::KeyOf(error), 0) ==
          Approx(error).epsilon(0.0101));
    CHECK(ErrorBins::ValueOf(ErrorBins::KeyOf(error), 1) ==
          Approx(error).epsilon(0.0202));
  }
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.settings.defaults.windows = {TimeWindow("1h", Engine::kHour)};
  engine.Use();
  std::mt19937 random(6);
  std::vector<TestEvent> events;
  std::vector<double> errors = {0};
  // Over twelve powers of ten, which takes two bins for one.
  for (int i = 0; i < 20'000; ++i) {
    errors.push_back(std::pow(10, random() / 4294967296.0 * 12 - 6));
    events.push_back(Both(errors.back(), 0.0));
  }
  events.push_back(Both(0.0, 0.0));
  engine.Post(events);
  std::sort(errors.begin(), errors.end());
  CHECK(*engine.Figure("absolute_error_quantile_0.5", "1h") ==
        Approx(errors[10'000]).epsilon(0.0202));
  CHECK(*engine.Figure("absolute_error_quantile_0.99", "1h") ==
        Approx(errors[19'800]).epsilon(0.0202));
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
  // Labels come when they come.
  engine.now_ms += 20 * Engine::kMinute;
  engine.Post(
      {Label("recent", "UP"), Label("old", "UP"), Label("now", "DOWN")});
  CHECK(engine.Window("1h").predictions == 3);
  CHECK(engine.Window("1h").labelled == 2);
  CHECK(engine.Window("1h").observations == 2);
  CHECK(engine.Window("last_10").observations == 3);
  CHECK(engine.Count(kObservations) == 3);
  // A correction finds the pair where it is.
  engine.Post({Label("now", "UP")});
  CHECK(engine.Cell("1h", "UP", "UP") == 2);
  // 50 minutes old, 10 more and it leaves; its label came 11 minutes ago.
  engine.Wait(11 * Engine::kMinute);
  CHECK(engine.Window("1h").observations == 1);
  CHECK(engine.Window("1h").predictions == 2);
}

TEST_CASE("slices are counted under their segments, up to the limit") {
  Engine engine;
  engine.settings.defaults.slices = {{"day"}, {"day", "hours"}};
  engine.settings.segments_per_model = 3;
  engine.Use();
  const auto post = [&engine](const std::string& id, const std::string& day,
                              const std::string& hours) {
    TestEvent event = Prediction(id, "UP");
    event.segments = {{"hours", hours}, {"day", day}};
    if (hours.empty()) event.segments.erase(event.segments.begin());
    engine.Post({event, Label(id, "UP")});
  };
  post("a", "sun", "peak");
  post("b", "sun", "");      // not in the second crossing
  post("c", "mon", "peak");  // one segment more, and no second
  post("d", "sun", "off");
  const auto pairs = [&engine](const Slice::Labels& segment) {
    return engine.FindWindow("last_10", "1", segment).counts.observations;
  };
  CHECK(pairs({}) == 4);
  CHECK(pairs({{"day", "sun"}}) == 3);
  CHECK(pairs({{"day", "mon"}}) == 1);
  CHECK(pairs({{"day", "sun"}, {"hours", "peak"}}) == 1);
  CHECK(pairs({{"day", "__other__"}, {"hours", "__other__"}}) == 2);
  // A correction moves the pair in its slices too.
  engine.Post({Label("a", "DOWN")});
  CHECK(*engine.Figure("accuracy", "last_10", "1", {{"day", "sun"}}) ==
        Approx(2.0 / 3));
  CHECK(*engine.Figure("accuracy", "last_10", "1", {{"day", "mon"}}) == 1);
  // The last ten of a slice are not the last ten of all.
  for (int i = 0; i < 30; ++i) post("n" + std::to_string(i), "mon", "");
  CHECK(pairs({{"day", "sun"}}) == 3);
  engine.Post({Label("d", "DOWN")});
  CHECK(*engine.Figure("accuracy", "last_10", "1", {{"day", "sun"}}) ==
        Approx(1.0 / 3));
  // A crossing that is taken away and comes back starts empty.
  engine.settings.defaults.slices = {{"day", "hours"}};
  engine.Use();
  CHECK(pairs({{"day", "sun"}}) == 0);
  engine.settings.defaults.slices = {{"day"}};
  engine.Use();
  engine.Post({Label("b", "DOWN")});
  post("e", "sun", "peak");
  CHECK(pairs({{"day", "sun"}}) == 1);
  CHECK(*engine.Figure("accuracy", "last_10", "1", {{"day", "sun"}}) == 1);
}

TEST_CASE("a slice for which there is no memory goes to the others") {
  Engine engine;
  engine.settings.defaults.slices = {{"day"}};
  engine.Use();
  const auto post = [&engine](const std::string& id, const std::string& day) {
    TestEvent event = Prediction(id, "UP");
    event.segments = {{"day", day}};
    return engine.Post({event, Label(id, "UP")}).errors;
  };
  CHECK(post("a", "sun").empty());
  CHECK(post("b", "__other__").empty());
  engine.settings.window_bytes = engine.pipeline.state().window_bytes() + 1000;
  engine.Use();
  CHECK(post("c", "mon").empty());
  CHECK(engine.FindWindow("1h", "1", {{"day", "__other__"}})
            .counts.observations == 2);
  CHECK(engine.pipeline.state().window_bytes() <= engine.settings.window_bytes);
}

TEST_CASE("others have room when segments have taken the rest") {
  Engine engine;
  engine.settings.defaults.slices = {{"k"}, {"h"}};
  engine.settings.window_bytes = 200 << 10;
  engine.Use();
  for (int i = 0; i < 60; ++i) {
    const std::string id = std::to_string(i);
    TestEvent event = Prediction(id, "UP");
    event.segments = {{"k", "v" + id}, {"h", "w" + id}};
    REQUIRE(engine.Post({event, Label(id, "UP")}).errors.empty());
  }
  CHECK(engine.FindWindow("1h", "1", {{"k", "__other__"}}).counts.observations >
        0);
  CHECK(engine.pipeline.state().window_bytes() <= engine.settings.window_bytes);
}

TEST_CASE("more combinations of segments than can be told apart are others") {
  Slicing slicing;
  slicing.Configure({{"a"}, {"b"}});
  const uint32_t most = Slicing::kMostSets - Slicing::kSetsOfOthers;
  for (uint32_t i = 1; i < most; ++i) {
    REQUIRE(slicing.SetOf({i, i + 100'000}, false));
  }
  CHECK_FALSE(slicing.SetOf({7, 8}, false));
  CHECK(slicing.SetOf({1, 100'001}, false) == 1);
  const auto others = slicing.SetOf({7, 8}, true);
  REQUIRE(others);
  CHECK(slicing.SegmentsOf(*others) == std::vector<uint32_t>{7, 8});
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
  post();  // pushes out what the new threshold has never counted
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
}

TEST_CASE("exact sums take away just what was added") {
  std::mt19937_64 random(4);
  std::vector<uint64_t> counters(ExactSum::kCounters);
  const auto add = [&counters](double value, int64_t n) {
    ExactSum::ForEach(value, [&](uint32_t counter, int64_t delta) {
      counters[counter] += static_cast<uint64_t>(n * delta);
    });
  };
  const auto total = [&counters] {
    ExactSum sum;
    for (uint32_t i = 0; i < counters.size(); ++i) sum.Add(i, counters[i]);
    return sum.Total().value();
  };
  std::vector<double> values;
  for (int i = 0; i < 1000; ++i) {
    const int exponent = static_cast<int>(random() % 2000) - 1050;
    const double value =
        std::ldexp(static_cast<double>(random()) - 9e18, exponent - 63);
    values.push_back(value);
    add(value, 1);
  }
  add(0.1, 1);
  for (const double value : values) add(value, -1);
  CHECK(total() == 0.1);
  add(0.1, -1);
  CHECK(total() == 0);
  for (const double value : {5e-324, -1e-310, 1.7e308, -1.7e308, 1.0, -3.5}) {
    add(value, 1);
    CHECK(total() == value);
    add(value, -1);
  }
  add(-1e16, 1);
  add(1, 3);
  CHECK(total() == -9999999999999997);
}

}  // namespace
}  // namespace plumbline
