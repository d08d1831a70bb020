// Regressions: sums that stay exact, and quantiles of errors, against a plain
// recount.

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/model/sound_windows.h"
#include "core/window/exact_sum.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

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
    // Equal labels have no spread, whatever their digits.
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

// A recount with range and digits beyond those of doubles.
struct Plain {
  long double absolute = 0;
  long double squared = 0;
  long double error = 0;
  long double relative = 0;  // sum
  long double spread = 0;    // of the labels
  long double labels = 0;    // squared
  long double n = 0;

  explicit Plain(const std::vector<std::pair<double, double>>& pairs) {
    long double mean = 0;
    n = static_cast<long double>(pairs.size());
    for (const auto& [prediction, label] : pairs) {
      const long double e = static_cast<long double>(prediction) - label;
      absolute += std::fabs(e) / n;
      squared += e * e;
      error += e / n;
      relative += std::fabs(e / label);
      mean += label / n;
      labels += static_cast<long double>(label) * label;
    }
    for (const auto& [prediction, label] : pairs) {
      spread += (label - mean) * (label - mean);
    }
  }
  long double root() const { return std::sqrt(squared / n); }
};

// A number of any size that a double can have.
double OfAnySize(std::mt19937_64* random) {
  const int exponent = static_cast<int>((*random)() % 2098) - 1074;
  const double value = std::ldexp(1 + ((*random)() >> 12) * 0x1p-52, exponent);
  return (*random)() % 2 == 0 ? value : -value;
}

// The figure is absent if no double can hold the value.
void CheckIs(const std::optional<double>& figure, long double value) {
  constexpr long double kMost = std::numeric_limits<double>::max();
  if (std::fabs(value) > kMost * (1 - 1e-12L)) {
    CHECK((!figure || std::fabs(*figure) > 0.99L * kMost));
    return;
  }
  REQUIRE(figure);
  constexpr long double kLeast = 0x1p-1074L;
  CHECK(std::fabs(*figure - value) <= 1e-9L * std::fabs(value) + kLeast);
}

TEST_CASE("errors of all sizes have their root mean square, or none") {
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.settings.defaults.windows = {LastWindow(4),
                                      TimeWindow("1m", Engine::kMinute, 6)};
  engine.Use();
  std::mt19937_64 random(13);
  const auto figure = [&](const char* name, const char* window) {
    return engine.Figure(name, window);
  };
  for (int round = 0; round < 150; ++round) {
    std::vector<std::pair<double, double>> pairs;
    // Uses errors of all sizes, or of about one size; some of each, and some
    // equal.
    const int exponent = static_cast<int>(random() % 2090) - 1070;
    for (int i = 0; i < 4; ++i) {
      const auto one = [&] {
        if (round % 3 == 0) return OfAnySize(&random);
        return std::ldexp(static_cast<double>(random() % 8) + 1, exponent);
      };
      pairs.emplace_back(one(), random() % 4 == 0 ? 1.0 : one());
      if (!std::isfinite(pairs.back().first)) pairs.back().first = 1.5e308;
      if (!std::isfinite(pairs.back().second)) pairs.back().second = -1.5e308;
    }
    engine.now_ms += Engine::kHour;
    for (const auto& [prediction, label] : pairs) {
      engine.Post({Both(prediction, label)});
      engine.now_ms += 10'000;  // one slot
    }
    const Plain plain(pairs);
    for (const char* window : {"last_4", "1m"}) {
      CAPTURE(pairs, window);
      const auto absolute = figure("mean_absolute_error", window);
      const auto root = figure("root_mean_squared_error", window);
      const auto error = figure("mean_error", window);
      CheckIs(absolute, plain.absolute);
      CheckIs(root, plain.root());
      CheckIs(error, plain.error);
      if (root) {
        REQUIRE(absolute);
        CHECK(*root >= *absolute);
      }
      if (absolute) {
        REQUIRE(error);
        CHECK(*absolute >= std::fabs(*error));
      }
      // This figure is absent if no double can hold its sums.
      const auto relative = figure("mean_absolute_percentage_error", window);
      if (relative) CheckIs(relative, plain.relative / plain.n);
      if (plain.relative < 1e300L) CHECK(relative);
      const auto r2 = figure("r2", window);
      const long double ratio = plain.squared / plain.spread;
      if (r2) CHECK(std::fabs(1 - ratio - *r2) <= 1e-9L * (1 + ratio));
      if (plain.spread > std::max(1e-300L, plain.labels * 1e-18L) &&
          plain.labels < 1e300L && ratio < 1e300L) {
        CHECK(r2);
      }
    }
  }
}

TEST_CASE("a root mean square is that of numpy beyond what squares can hold") {
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.settings.defaults.windows = {LastWindow(2)};
  engine.Use();
  const auto root = [&engine] {
    return engine.Figure("root_mean_squared_error", "last_2");
  };
  engine.Post({Both(1.0, 1e200), Both(2.0, 2.0)});
  CHECK(*root() == Approx(7.0710678118654755e199).epsilon(1e-12));
  CHECK(*engine.Figure("mean_absolute_error", "last_2") == 5e199);
  CHECK_FALSE(engine.Figure("r2", "last_2"));
  engine.Post({Both(1e-200, 0.0), Both(0.0, 0.0)});
  CHECK(*root() == Approx(7.0710678118654755e-201).epsilon(1e-12));
  engine.Post({Both(0.1, 0.0), Both(-0.1, 0.0)});
  CHECK(*root() == 0.1);
  // First neither the error nor its mean is a double, then only the mean is.
  engine.Post({Both(1.7e308, -1.7e308), Both(1.7e308, -1.7e308)});
  CHECK_FALSE(root());
  CHECK_FALSE(engine.Figure("mean_absolute_error", "last_2"));
  CHECK_FALSE(engine.Figure("mean_error", "last_2"));
  engine.Post({Both(1.0, 1.0)});
  CHECK(*engine.Figure("mean_error", "last_2") == 1.7e308);
  CHECK_FALSE(root());
  engine.Post({Both(3.0, 1.0)});
  CHECK(*root() == Approx(std::sqrt(2)));
}

// Counts squares as stores did before squares were scaled.
void CountAsBefore(State* state) {
  Model* const model = state->models().Get()[0];
  const uint64_t generation = model->seqlock.Open(0);
  for (Window* window : model->versions.Get()[0]->series.windows.Get()) {
    auto* const ring = window->last_n();
    constexpr SparseSection kSums = SparseSection::kErrorSums;
    constexpr uint32_t kSquaredError = 2;
    constexpr uint32_t kLargeSquaredError = 7;
    const auto add = [&](uint32_t key, int64_t delta) {
      ring->slot(generation).Add(kSums, key, delta, SizeOf(kSums, 2));
    };
    SparseCounts counts;
    ring->slot(generation).CopyTo(kSums, &counts);
    for (const auto& [key, count] : counts.entries) {
      if (ErrorSums::SumOf(key) != kLargeSquaredError) continue;
      add(key, -static_cast<int64_t>(count));
    }
    ExactSum::ForEach(std::numeric_limits<double>::max(),
                      [&](uint32_t counter, int64_t delta) {
                        add(ErrorSums::KeyOf(kSquaredError, counter), delta);
                      });
  }
  model->seqlock.Close();
}

TEST_CASE("squares that a store has no digits of are counted anew") {
  Engine engine;
  engine.settings.defaults.task = Task::kRegression;
  engine.settings.defaults.windows = {LastWindow(2)};
  engine.Use();
  engine.Post({Both(1.0, 1e200), Both(2.0, 2.0)});
  engine.pipeline.Exclusively(CountAsBefore);
  CHECK_FALSE(engine.Figure("root_mean_squared_error", "last_2"));
  // As a load of a former format does.
  engine.pipeline.Exclusively([](State* state) {
    Model* const model = state->models().Get()[0];
    const uint64_t generation = model->seqlock.Open(0);
    RecountErrorSums(*model, generation, &model->versions.Get()[0]->series);
    model->seqlock.Close();
  });
  CHECK(*engine.Figure("root_mean_squared_error", "last_2") ==
        Approx(7.0710678118654755e199).epsilon(1e-12));
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
  // Errors over twelve powers of ten, so that pairs of bins merge.
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
