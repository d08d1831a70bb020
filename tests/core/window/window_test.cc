// Compares both rings with a model over random runs in one thread. Tests in
// tests/stress check what several threads see.

#include "core/window/window.h"

#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "core/metrics/confusion.h"
#include "core/metrics/top_confusions.h"
#include "core/snapshot/figures.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a time window covers between 59/60 and all of its length") {
  Engine engine;
  engine.now_ms = 1'700'000'000'000 / Engine::kMinute * Engine::kMinute;
  engine.Post({Both("UP", "UP")});
  engine.Wait(59 * Engine::kMinute);
  CHECK(engine.Window("1h").observations == 1);
  engine.Wait(Engine::kMinute);
  CHECK(engine.Window("1h").observations == 0);
  CHECK(engine.Window("last_10").observations == 1);
}

TEST_CASE("an idle window empties without a write") {
  Engine engine;
  engine.Post({Both("UP", "UP")});
  engine.now_ms += 3 * Engine::kHour;  // no tick
  CHECK(engine.Window("1h").observations == 0);
}

TEST_CASE("windows agree with a model over random runs") {
  const auto slots = GENERATE(1, 2, 7, 60);
  const auto n = GENERATE(1, 3, 10);
  const auto classes = GENERATE(1, 2, 5);
  constexpr int64_t kSlot = 1000;
  Engine engine;
  engine.settings.defaults.windows = {TimeWindow("t", slots * kSlot, slots),
                                      LastWindow(n)};
  engine.settings.matrix_classes = 4;  // five classes need marginals
  engine.Use();
  const std::string last = "last_" + std::to_string(n);

  std::mt19937 random(static_cast<unsigned>(slots * 100 + n * 10 + classes));
  std::map<int64_t, std::vector<std::pair<int, int>>> by_epoch;
  std::deque<std::pair<int, int>> latest;
  int64_t latest_ms = engine.now_ms;
  for (int step = 0; step < 300; ++step) {
    const auto jump = random() % 10;
    engine.now_ms += jump == 0   ? 3 * slots * kSlot  // idle beyond the window
                     : jump == 1 ? -500               // time steps back
                                 : static_cast<int64_t>(random() % 700);
    latest_ms = std::max(latest_ms, engine.now_ms);
    const int actual = static_cast<int>(random()) % classes;
    const int predicted = static_cast<int>(random()) % classes;
    const auto pair = std::pair(std::abs(actual), std::abs(predicted));
    engine.Post({Both(pair.second, pair.first)});
    by_epoch[latest_ms / kSlot].push_back(pair);
    latest.push_back(pair);
    if (latest.size() > static_cast<size_t>(n)) latest.pop_front();

    std::map<std::pair<int, int>, uint64_t> in_time;
    uint64_t total = 0;
    for (const auto& [epoch, pairs] : by_epoch) {
      if (epoch <= latest_ms / kSlot - slots) continue;
      for (const auto& p : pairs) ++in_time[p];
      total += pairs.size();
    }
    REQUIRE(engine.Window("t").observations == total);
    REQUIRE(engine.Window(last).observations == latest.size());
    const auto model = engine.Model();
    const auto confusion =
        Confusion::Of(engine.Window("t"), model.classes.size());
    for (size_t c = 0; c < model.classes.size(); ++c) {
      const int name = std::stoi(model.classes[c]);
      ClassCounts wanted;
      for (const auto& [p, count] : in_time) {
        if (p.first == name) wanted.actual += count;
        if (p.second == name) wanted.predicted += count;
        if (p.first == name && p.second == name) {
          wanted.true_positives += count;
        }
      }
      REQUIRE(confusion.classes[c].actual == wanted.actual);
      REQUIRE(confusion.classes[c].predicted == wanted.predicted);
      REQUIRE(confusion.classes[c].true_positives == wanted.true_positives);
    }
  }
}

TEST_CASE("the most frequent misses of many classes are found") {
  Engine engine;
  engine.settings.matrix_classes = 4;
  engine.settings.defaults.windows = {TimeWindow("1h", Engine::kHour),
                                      LastWindow(2000)};
  engine.Use();
  std::mt19937 random(8);
  std::map<std::pair<int, int>, uint64_t> counted;
  std::deque<std::pair<int, int>> last;
  for (int i = 0; i < 100; ++i) {
    std::vector<TestEvent> events;
    for (int n = 0; n < 100; ++n) {
      // A quarter of the misses are frequent ones. The first round is counted
      // in the matrix.
      const auto kind = random() % 8;
      int actual = i == 0 ? static_cast<int>(random() % 3)
                          : static_cast<int>(random() % 300);
      int predicted = actual;
      if (kind == 0) {
        actual = static_cast<int>(random() % 3);
        predicted = actual + 1;
      } else if (kind < 4 && i > 0) {
        predicted = static_cast<int>(random() % 300);
      }
      events.push_back(Both(predicted, actual));
      ++counted[{actual, predicted}];
      last.emplace_back(actual, predicted);
    }
    engine.Post(events);
  }
  while (last.size() > 2000) last.pop_front();
  std::map<std::pair<int, int>, uint64_t> in_ring;
  for (const auto& pair : last) ++in_ring[pair];
  const ModelSnapshot model = engine.Model();
  for (const auto& [window, counts] :
       {std::pair("1h", counted), std::pair("last_2000", in_ring)}) {
    const auto top = TopConfusions(InputOf(model, engine.FindWindow(window)));
    REQUIRE(top.size() == 20);
    uint64_t misses = 0;
    for (const auto& [pair, n] : counts) {
      if (pair.first != pair.second) misses += n;
    }
    std::set<std::pair<int, int>> first;
    for (size_t i = 0; i < top.size(); ++i) {
      const std::pair pair(std::stoi(model.classes[top[i].actual]),
                           std::stoi(model.classes[top[i].predicted]));
      const auto there = counts.find(pair);
      const uint64_t exact = there == counts.end() ? 0 : there->second;
      CHECK(top[i].observations >= exact);
      CHECK(top[i].observations <= exact + misses / 50);
      if (i < 3) first.insert(pair);
    }
    CHECK(first == std::set<std::pair<int, int>>{{0, 1}, {1, 2}, {2, 3}});
  }
}

TEST_CASE("corrections after the change to marginals keep every sum") {
  Engine engine;
  engine.settings.matrix_classes = 2;
  engine.Use();
  engine.Post({Both("a", "b", "x"), Both("a", "a", "y")});
  engine.Post({Both("c", "c", "z")});  // the third class
  engine.Post({Label("x", "a")});
  CHECK_FALSE(engine.Model().has_matrix);
  for (const char* window : {"1h", "last_10"}) {
    const auto confusion = Confusion::Of(engine.Window(window), 3);
    CHECK(confusion.classes[0].true_positives == 2);
    CHECK(confusion.classes[0].actual == 2);
    CHECK(confusion.classes[1].actual == 0);
    CHECK(confusion.classes[2].true_positives == 1);
  }
}
