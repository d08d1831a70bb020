// Anomalies against history: the rate of false alarms, and the delay until a
// fault is found.

#include <cmath>
#include <memory_resource>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/detect/figure_history.h"
#include "core/snapshot/anomalies.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

constexpr int64_t kHour = FigureHistory::kHourMs;
constexpr double kPi = 3.14159265358979;

// Accuracy is better by day than by night, and lower on Sundays.
double AccuracyAt(int64_t hour) {
  const double day = 2 * kPi * static_cast<double>(hour % 24) / 24;
  return 0.88 + 0.04 * std::sin(day) - (hour / 24 % 7 == 3 ? 0.02 : 0);
}

// Simulates hours of traffic: the share of right predictions in each.
struct Traffic {
  std::mt19937 random;
  double drift = 0.005;  // standard deviation from hour to hour

  double Share(double p, int n) {
    std::normal_distribution<double> hourly(0, drift);
    std::binomial_distribution<int> right(n, p + hourly(random));
    return right(random) / static_cast<double>(n);
  }
};

double Sampling(double share, int n) { return share * (1 - share) / n; }

bool IsAnomalous(const std::optional<Baseline>& baseline, int64_t now_ms,
                 double share, int n) {
  if (!baseline) return false;
  const auto expected = baseline->At(now_ms);
  return expected &&
         std::fabs(ScoreOf(share, Sampling(share, n), *expected)) > 4;
}

}  // namespace

TEST_CASE("in 100 months without a fault there are few anomalies") {
  Traffic traffic{.random = std::mt19937(7)};
  constexpr int kMonths = 100;
  constexpr int64_t kMonth = 30 * 24;
  int alarms = 0;
  int said = 0;
  for (int month = 0; month < kMonths; ++month) {
    FigureHistory history("accuracy", {"1h", kHour, 0, 60});
    bool before = false;
    for (int64_t hour = 0; hour < kMonth; ++hour) {
      // Traffic has a daily cycle too: few pairs at night.
      const int n = 60 + 40 * static_cast<int>(hour % 24);
      const double share = traffic.Share(AccuracyAt(hour), n);
      const auto baseline = history.Summarize(24 * kHour);
      const bool now = IsAnomalous(baseline, hour * kHour, share, n);
      said += baseline.has_value();
      alarms += now && !before;
      before = now;
      history.Add(hour, share, Sampling(share, n));
    }
  }
  INFO(alarms << " alarms in " << kMonths << " months");
  CHECK(said > kMonths * kMonth * 9 / 10);
  CHECK(alarms < kMonths);
}

TEST_CASE("a fault of five points is found in its first hour") {
  int found = 0;
  constexpr int kModels = 20;
  for (unsigned seed = 0; seed < kModels; ++seed) {
    Traffic traffic{.random = std::mt19937(seed)};
    FigureHistory history("accuracy", {"1h", kHour, 0, 60});
    constexpr int kPairs = 5000;  // an hour
    constexpr int64_t kFault = 45 * 24 + 9;
    for (int64_t hour = 0; hour < kFault; ++hour) {
      const double share = traffic.Share(AccuracyAt(hour), kPairs);
      history.Add(hour, share, Sampling(share, kPairs));
    }
    const double share = traffic.Share(AccuracyAt(kFault) - 0.05, kPairs);
    found += IsAnomalous(history.Summarize(24 * kHour), kFault * kHour, share,
                         kPairs);
    // With few pairs, the same distance is not an anomaly.
    CHECK_FALSE(IsAnomalous(history.Summarize(24 * kHour), kFault * kHour,
                            AccuracyAt(kFault) - 0.05, 50));
  }
  CHECK(found == kModels);
}

TEST_CASE("nothing is said while history is short") {
  FigureHistory history("accuracy", {"6h", 6 * kHour, 0, 60});
  CHECK_FALSE(history.Summarize(kHour));
  for (int64_t hour = 100; hour < 100 + 6 + 24; ++hour) {
    history.Add(hour, 0.9, 0.001);
    CHECK_FALSE(history.Summarize(24 * kHour));
    CHECK_FALSE(history.Summarize(kHour));
  }
  history.Add(130, 0.9, 0.001);
  CHECK(history.Summarize(24 * kHour));
  CHECK_FALSE(history.Summarize(26 * kHour));
}

TEST_CASE("hours of which nothing is known are left out") {
  FigureHistory history("accuracy", {"1h", kHour, 0, 60});
  for (int64_t hour = 0; hour < 4 * 168; ++hour) {
    if (hour % 24 < 12) history.Add(hour, 0.8 + hour % 2 * 0.01, 0.0001);
  }
  const auto baseline = history.Summarize(24 * kHour);
  REQUIRE(baseline);
  CHECK(baseline->At(680 * kHour)->center == Approx(0.8));
  // An hour of the week without values: the median of all is expected.
  CHECK(baseline->At((672 + 20) * kHour)->center == Approx(0.81));
  // After a gap, only later samples count.
  history.Add(5000, 0.5, 0.0001);
  CHECK_FALSE(history.Summarize(24 * kHour));
}

namespace {

// Runs two months of a model with a fault of six hours. Returns the hours with
// an anomalous window.
std::vector<int64_t> AnomalousHours(Engine* engine, int64_t hours,
                                    int64_t fault, int pairs) {
  Traffic traffic{.random = std::mt19937(3)};
  const int64_t first = engine->now_ms / kHour + 1;
  std::vector<int64_t> anomalous;
  for (int64_t h = 0; h < hours; ++h) {
    const bool faulty = h >= fault && h < fault + 6;
    const double share =
        traffic.Share(AccuracyAt(h) - (faulty ? 0.1 : 0), pairs);
    const auto right = static_cast<int>(std::lround(share * pairs));
    // Posts twelve batches, so that the window slides.
    for (int batch = 0; batch < 12; ++batch) {
      engine->now_ms = (first + h) * kHour + batch * kHour / 12;
      std::vector<TestEvent> events;
      for (int i = batch; i < pairs; i += 12) {
        events.push_back(Both(i % 2, i < right ? i % 2 : 1 - i % 2));
      }
      engine->Post(events);
    }
    engine->now_ms = (first + h + 1) * kHour - 1000;
    const ModelSnapshot model = engine->Model();
    for (const WindowSnapshot& window : model.versions.at(0).windows) {
      if (window.settings.name != "1h") continue;
      for (const Anomaly& anomaly :
           AnomaliesOf(model, window, FiguresOf(model, window))) {
        if (anomaly.metric == "accuracy" && anomaly.anomalous) {
          anomalous.push_back(h);
        }
      }
    }
  }
  return anomalous;
}

}  // namespace

TEST_CASE("figures are those of the end of the hour, also after a restart") {
  const auto post = [](Engine* engine, const std::string& model,
                       int64_t minutes, int right, int wrong) {
    engine->now_ms = 500'000 * kHour + minutes * 60'000;
    std::vector<TestEvent> events;
    for (int i = 0; i < right + wrong; ++i) {
      events.push_back(Both("a", i < right ? "a" : "b"));
      events.back().model = model;
    }
    engine->Post(events);
  };
  Engine whole;
  whole.settings.defaults.windows = {{"1h", kHour, 0, 60}};
  whole.Use();
  post(&whole, "m", 10, 10, 0);
  post(&whole, "m", 70, 8, 2);
  post(&whole, "m", 130, 8, 2);
  post(&whole, "m", 170, 5, 5);
  // An hour of another model does not shift the hours of this one.
  post(&whole, "other", 210, 1, 1);
  const auto state = [](const Engine& engine) {
    return const_cast<State*>(&engine.pipeline.state());
  };
  const StateImage image = SaveState(state(whole));
  State loaded(std::pmr::get_default_resource());
  REQUIRE(LoadState(image, &loaded));

  post(&whole, "m", 220, 1, 0);
  loaded.Advance(whole.now_ms);
  Joiner joiner(&loaded);
  BatchOutcome outcome;
  joiner.Apply(Batch({Both("a", "a")}), &outcome);
  loaded.Publish();
  // The image of "m", which is the first model.
  const auto model = [](State* of) {
    return SaveState(of).models.begin()->second;
  };
  CHECK(model(&loaded) == model(state(whole)));
}

TEST_CASE(
    "a fault is seen in the windows of a running engine, and nothing else") {
  Engine engine;
  engine.settings.defaults.windows = {{"1h", kHour, 0, 60},
                                      {"last_100", 0, 100, 0}};
  engine.Use();
  constexpr int64_t kFault = 24 * 24 + 10;
  const auto hours = AnomalousHours(&engine, 26 * 24, kFault, 480);
  REQUIRE_FALSE(hours.empty());
  for (const int64_t hour : hours) {
    CHECK(hour >= kFault);
    CHECK(hour <= kFault + 6);
  }
  CHECK(hours.front() <= kFault + 1);
  // A history is charged once it takes memory, and it is stored.
  CHECK(engine.pipeline.state().window_bytes() > 4 * FigureHistory::Bytes());
  const auto& version =
      *engine.pipeline.state().models().Get()[0]->versions.Get()[0];
  CHECK(version.figures.used() == 4);
}

TEST_CASE("a sample whose variance is not a number says nothing") {
  FigureHistory history("accuracy", {"1h", kHour, 0, 60});
  const double nan = std::nan("");
  for (int64_t hour = 0; hour < 500; ++hour) {
    history.Add(hour, 0.5 + 0.001 * static_cast<double>(hour % 7),
                hour % 2 == 0 ? nan : 0.01);
  }
  const auto baseline = history.Summarize(kHour);
  REQUIRE(baseline);
  const auto expected = baseline->At(501 * kHour);
  REQUIRE(expected);
  CHECK(std::isfinite(expected->variance));
}

}  // namespace plumbline
