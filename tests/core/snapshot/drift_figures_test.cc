#include "core/snapshot/drift_figures.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/codec/archive.h"
#include "core/drift/distances.h"
#include "core/drift/drift_watch.h"
#include "core/drift/numeric_sketch.h"
#include "core/engine/checkpoint.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

std::string Saved(NumericSketch sketch) {
  std::string bytes;
  Save save(&bytes);
  sketch.Fields(save);
  return bytes;
}

NumericSketch SketchOf(const std::vector<double>& numbers) {
  NumericSketch sketch;
  for (const double number : numbers) sketch.Add(number);
  return sketch;
}

TEST_CASE("A sketch of few numbers has their exact deciles") {
  std::vector<double> numbers;
  for (int i = 0; i < 300; ++i) numbers.push_back(i - 150);
  const auto split = SketchOf(numbers).Split(10);
  REQUIRE(split.edges.size() == 9);
  for (int i = 0; i < 9; ++i) CHECK(split.edges[i] == -150 + 30 * (i + 1) - 1);
  CHECK(split.counts == std::vector<uint64_t>(10, 30));
  // A value with more than a tenth is counted apart from its neighbours.
  CHECK(SketchOf({7, 7, 7}).Split(10).edges ==
        std::vector<double>{std::nextafter(7, 0), 7});
  CHECK(SketchOf({0.0, -0.0, 1}).Split(10).counts ==
        std::vector<uint64_t>{0, 2, 0, 1, 0});
  CHECK(SketchOf({}).Split(10).counts == std::vector<uint64_t>{0});
}

TEST_CASE("A sketch does not depend on the order, and stays small") {
  std::mt19937 random(3);
  // Wide and narrow distributions, far from 0 and of both signs.
  std::vector<std::vector<double>> sets(4);
  std::normal_distribution<double> normal;
  for (int i = 0; i < 20'000; ++i) {
    const double x = normal(random);
    sets[0].push_back(x);
    sets[1].push_back(std::exp(8 * x));
    sets[2].push_back(1.7e9 + 100 * x);
    sets[3].push_back(x < 0 ? x : 1e300 * x);
  }
  for (std::vector<double>& numbers : sets) {
    const NumericSketch sketch = SketchOf(numbers);
    CHECK(Saved(sketch).size() < NumericSketch::kMost * 16 + 64);
    std::vector<double> other = numbers;
    std::shuffle(other.begin(), other.end(), random);
    CHECK(Saved(SketchOf(other)) == Saved(sketch));
    const auto split = sketch.Split(10);
    REQUIRE(split.edges.size() == 9);
    for (size_t i = 0; i < split.counts.size(); ++i) {
      // Counts are exact for the edges found, which are about the deciles.
      const double low = i == 0 ? -HUGE_VAL : split.edges[i - 1];
      const double high = i == 9 ? HUGE_VAL : split.edges[i];
      const auto count = std::count_if(
          numbers.begin(), numbers.end(),
          [&](double number) { return number > low && number <= high; });
      CHECK(split.counts[i] == static_cast<uint64_t>(count));
      CHECK(std::abs(count - 2000) < 500);
    }
  }
}

TEST_CASE("Distances have no value without counts on both sides") {
  const BinCounts none = {0, 0};
  const BinCounts some = {3, 4};
  CHECK_FALSE(PopulationStabilityIndex(none, some));
  CHECK_FALSE(JensenShannonDistance(some, none));
  CHECK_FALSE(ChiSquaredPValue(none, some));
  CHECK_FALSE(KolmogorovSmirnovPValue(none, some));
  CHECK_FALSE(ChiSquaredPValue({5, 0}, {9, 0}));
}

TEST_CASE("Distances lie between the same and the opposite") {
  CHECK(*PopulationStabilityIndex({10, 30}, {20, 60}) ==
        Approx(0).margin(1e-15));
  CHECK(*JensenShannonDistance({10, 30}, {20, 60}) == Approx(0).margin(1e-7));
  CHECK(*JensenShannonDistance({10, 0}, {0, 7}) == Approx(1));
  CHECK(*PopulationStabilityIndex({10, 0}, {0, 10}) ==
        Approx(2 * 0.9999 * std::log(1 / 0.0001)));
  CHECK(*ChiSquaredPValue({10, 30}, {20, 60}) == Approx(1));
  CHECK(*KolmogorovSmirnovPValue({10, 30}, {20, 60}) == Approx(1));
  CHECK(*ChiSquaredPValue({1000, 0}, {0, 1000}) < 1e-100);
  CHECK(*KolmogorovSmirnovPValue({1000, 0}, {0, 1000}) < 1e-100);
  // Critical values at 5%: 3.841459 with one degree of freedom, and 1.358099.
  CHECK(*ChiSquaredPValue({60, 40}, {40, 60}) == Approx(0.004677734981));
  CHECK(*KolmogorovSmirnovPValue({60, 40}, {40, 60}) == Approx(0.0366310527));
}

constexpr int64_t kMonday = 1'700'438'400'000;  // 2023-11-20T00:00:00Z

TestEvent Scored(int n, double score) {
  TestEvent event = Prediction("p" + std::to_string(n), n % 3 == 0 ? "a" : "b");
  event.score = score;
  return event;
}

std::vector<Drift> DriftIn(const Engine& engine, size_t window = 0) {
  return DriftOf(engine.Model().versions.at(0).windows.at(window));
}

void Use(Engine* engine, const DriftSettings& drift) {
  engine->settings.defaults.positive_class = "a";
  engine->settings.defaults.windows = {TimeWindow("1h", Engine::kHour)};
  engine->settings.defaults.drift = drift;
  engine->Use();
}

TEST_CASE("A week that has ended is the reference of the next") {
  Engine engine;
  engine.now_ms = kMonday - Engine::kDay;  // a Sunday
  Use(&engine, {});
  for (int i = 0; i < 30; ++i) engine.Post({Scored(i, 0.25)});
  CHECK(DriftIn(engine).empty());
  engine.now_ms = kMonday - 1;
  engine.Post({Scored(30, 0.25)});
  CHECK(DriftIn(engine).empty());
  engine.now_ms = kMonday;
  engine.Post({Scored(31, 0.75)});
  auto drift = DriftIn(engine);
  REQUIRE(drift.size() == 2);
  CHECK(drift[1].of == "score");
  CHECK(drift[1].reference == 31);
  CHECK(drift[1].window == 2);  // parts of a score are the same in each week
  // The reference stays until a week with predictions has ended.
  engine.now_ms = kMonday + 20 * Engine::kDay;
  engine.Post({Scored(32, 0.5)});
  CHECK(DriftIn(engine)[1].reference == 1);
  engine.now_ms = kMonday + 21 * Engine::kDay;
  engine.Post({Scored(33, 0.5)});
  CHECK(DriftIn(engine)[1].reference == 1);
  CHECK(DriftIn(engine)[1].psi < 0.01);
}

TEST_CASE("A span is the reference once it is over") {
  Engine engine;
  engine.now_ms = kMonday;
  DriftSettings span;
  span.from_ms = kMonday + 1000;
  span.to_ms = kMonday + 2000;
  Use(&engine, span);
  for (int i = 0; i < 40; ++i) {
    engine.now_ms = kMonday + i * 100;
    engine.Post({Scored(i, 0.5)});
    CHECK(DriftIn(engine).empty() == (i < 20));
  }
  CHECK(DriftIn(engine)[0].reference == 10);
  CHECK(DriftIn(engine)[0].window == 40);
}

TEST_CASE("References and what grows are the same after a checkpoint") {
  Engine engine;
  engine.now_ms = kMonday - 1000;
  DriftSettings drift_settings;
  drift_settings.features = {"x", "c"};
  Use(&engine, drift_settings);
  std::mt19937 random(9);
  int n = 0;
  const auto post = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const std::string text = "v" + std::to_string(random() % 30);
      TestEvent event = Scored(n++, 0.5);
      event.features = {{"x", static_cast<double>(random() % 100'000)},
                        {"c", std::string_view(text)}};
      engine.Post({event});
    }
  };
  post(3000);
  engine.now_ms = kMonday;
  post(1000);
  Pipeline restored(nullptr);
  REQUIRE(restored.Restore(
      SaveState(const_cast<State*>(&engine.pipeline.state()))));
  const size_t saved = engine.journal.records.size();
  engine.now_ms = kMonday + 7 * Engine::kDay;
  post(100);
  for (size_t i = saved; i < engine.journal.records.size(); ++i) {
    REQUIRE(restored.Replay(engine.journal.records[i]) ==
            Pipeline::Status::kApplied);
  }
  const auto drift = DriftIn(engine);
  REQUIRE(drift.size() == 4);
  for (const Drift& one : drift) CHECK(one.reference == 1000);
  CHECK(Describe(restored.state(), engine.now_ms) ==
        Describe(engine.pipeline.state(), engine.now_ms));
}

}  // namespace
}  // namespace plumbline
