// A small world of random events that reaches evictions, limits, horizons and
// structural changes within some hundred groups.

#pragma once

#include <random>
#include <string>
#include <vector>

#include "tests/support/engine.h"

namespace plumbline {

inline TestEvent RandomEvent(std::mt19937* random) {
  const auto pick = [random](unsigned n) { return (*random)() % n; };
  TestEvent event;
  event.model = "model" + std::to_string(pick(5));
  event.version = std::to_string(pick(3));
  if (pick(10) > 0) event.id = "id" + std::to_string(pick(300));
  const bool regression = event.model == "model0";
  const auto value = [&] {
    if (event.model == "model4") {
      TestEvent::Set set;
      // Few classes, or more than a record holds.
      const unsigned rare = 1 + pick(6);
      for (unsigned c = 0; c < 14; ++c) {
        if (pick(rare) == 0) set.push_back("class" + std::to_string(c));
      }
      return TestEvent::Value(set);
    }
    if (regression) return TestEvent::Value(pick(1000) / 8.0 + 0.0625);
    return TestEvent::Value("class" + std::to_string(pick(pick(20) + 1)));
  };
  const bool both = event.id.empty() || pick(10) == 0;
  if (both || pick(2) == 0) event.prediction = value();
  if (both || event.prediction.index() == 0) event.label = value();
  if (pick(3) == 0) event.timestamp = 1'699'999'000 + pick(2000);
  if (pick(3) == 0) event.latency = pick(100) / 50.0;
  const bool scored = event.model == "model1" || event.model == "model2";
  if (scored && pick(4) > 0) event.score = pick(500) / 499.0;
  if (event.model == "model3" && pick(3) > 0) {
    for (unsigned c = 0, n = pick(6); c < n; ++c) {
      event.scores.emplace_back("class" + std::to_string(c), pick(9) / 8.0);
    }
    // Scores without the predicted class are ignored.
    const auto* predicted = std::get_if<std::string>(&event.prediction);
    const auto is_it = [&](const auto& s) { return s.first == *predicted; };
    if (predicted != nullptr && pick(8) > 0 &&
        std::none_of(event.scores.begin(), event.scores.end(), is_it)) {
      event.scores.emplace_back(*predicted, pick(9) / 8.0);
    }
  }
  if (pick(2) == 0) {
    event.features = {{"number", 1.0 * pick(pick(2) == 0 ? 10 : 100'000)}};
    if (pick(3) == 0) event.features.emplace_back("text", "abcdefg");
    if (pick(9) == 0) event.features[0].second = std::monostate();
  }
  if (pick(2) == 0) {
    event.segments = {{"a", std::to_string(pick(4))}};
    if (pick(2) == 0) event.segments.emplace_back("b", "x");
  }
  return event;
}

inline void RandomRules(std::mt19937* random, Engine* engine) {
  const auto pick = [random](unsigned n) { return (*random)() % n; };
  auto& rules = engine->settings.model_rules;
  rules.assign(4, engine->settings.defaults);
  for (size_t i = 0; i < rules.size(); ++i) {
    rules[i].match = "model" + std::to_string(i < 3 ? i : 4);
    if (pick(3) > 0) rules[i].slices = {{"a"}, {"a", "b"}};
    rules[i].by_prediction = pick(3) == 0;
    rules[i].drift = {.predictions = pick(4) > 0,
                      .scores = pick(4) > 0,
                      .features = {},
                      .first = pick(2) == 0 ? 0 : 20};
    rules[i].estimate = pick(4) > 0;
    for (const char* name : {"text", "number", "never"}) {
      if (pick(2) == 0) rules[i].drift.features.emplace_back(name);
    }
    for (WindowSettings& window : rules[i].windows) {
      window.by_prediction = rules[i].by_prediction && window.last == 0;
    }
  }
  rules[0].task = Task::kRegression;
  for (const size_t i : {1, 2}) {
    rules[i].positive_class = "class" + std::to_string(pick(5) / 4);
    if (pick(2) == 0) rules[i].thresholds.push_back({"0.3", 0.3});
    if (pick(2) == 0) rules[i].thresholds.push_back({"0.5", 0.5});
  }
  engine->settings.segments_per_model = 4;
}

inline void SmallWorld(bool evict, Engine* engine) {
  engine->settings.horizon_ms = 10 * Engine::kMinute;
  engine->settings.label_horizon_ms = 2 * Engine::kMinute;
  engine->settings.remembered_bytes = 150 * PairTable::kBytesPerRecord;
  engine->settings.evict_oldest = evict;
  engine->settings.matrix_classes = 8;  // structure grows beyond it
  engine->settings.defaults.windows = {TimeWindow("10m", 10 * Engine::kMinute),
                                       LastWindow(7)};
  std::mt19937 random(7);
  RandomRules(&random, engine);
  engine->Use();
}

// One group of events, a reload or a removal. Before it the clock advances,
// jumps or steps back.
inline void RandomGroup(std::mt19937* random, Engine* engine) {
  const auto pick = [random](unsigned n) { return (*random)() % n; };
  const auto what = pick(40);
  engine->now_ms += what == 0   ? 20 * Engine::kMinute
                    : what == 1 ? -Engine::kMinute
                                : static_cast<int64_t>(pick(3000));
  if (what == 2) {
    engine->settings.defaults.windows[1] =
        LastWindow(1 + static_cast<int64_t>(pick(9)));
    RandomRules(random, engine);
    engine->Use();
  } else if (what == 3) {
    engine->Do(Command{Removal{"model" + std::to_string(pick(5)), {}}});
  } else if (what == 4) {
    engine->Do(Command{Removal{"model1", std::to_string(pick(3))}});
  } else {
    std::vector<TestEvent> events;
    for (auto n = pick(20); n > 0; --n) events.push_back(RandomEvent(random));
    engine->Post(events);
  }
}

}  // namespace plumbline
