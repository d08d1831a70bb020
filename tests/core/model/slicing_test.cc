// Slices: segments of pairs, their limits, and the "__other__" segments.

#include "core/model/slicing.h"

#include <string>
#include <vector>

#include "core/engine/checkpoint.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

namespace plumbline {
namespace {

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
  post("c", "mon", "peak");  // another segment, and none in the second crossing
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
  // The last ten pairs of a slice are not the last ten of the version.
  for (int i = 0; i < 30; ++i) post("n" + std::to_string(i), "mon", "");
  CHECK(pairs({{"day", "sun"}}) == 3);
  engine.Post({Label("d", "DOWN")});
  CHECK(*engine.Figure("accuracy", "last_10", "1", {{"day", "sun"}}) ==
        Approx(1.0 / 3));
  // A crossing that is removed and added again starts empty.
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
  slicing.Configure({{"a"}, {"b"}}, 0);
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

TEST_CASE("the number of a set is used again once no record can hold it") {
  Slicing slicing;
  slicing.Configure({{"a"}}, 1);
  const uint32_t segment = slicing.Add({{"a", "x"}}).number;
  const uint32_t set = *slicing.SetOf({segment}, false);
  slicing.Configure({{"b"}}, 5);
  const uint32_t other = slicing.Add({{"b", "x"}}).number;
  slicing.FreeSets([](uint32_t age) {
    CHECK(age == 5);
    return true;
  });
  const uint32_t next = *slicing.SetOf({other}, false);
  CHECK(next != set);
  CHECK(slicing.SegmentsOf(set) == std::vector<uint32_t>{segment});
  slicing.FreeSets([](uint32_t) { return false; });
  CHECK(slicing.SegmentsOf(set).empty());
  CHECK(slicing.set_count() == 2);
  const uint32_t third = slicing.Add({{"b", "y"}}).number;
  CHECK(*slicing.SetOf({third}, false) == set);
  CHECK(*slicing.SetOf({other}, false) == next);
}

TEST_CASE("slices that come and go with reloads always find room") {
  Engine engine;
  engine.settings.horizon_ms = Engine::kHour;
  engine.settings.defaults.windows = {LastWindow(10)};
  engine.settings.segments_per_model = 2000;
  engine.settings.window_bytes = int64_t{1} << 30;
  constexpr int kValues = 1000;
  // If sets were not freed, 63 reloads would use up all numbers.
  for (int reload = 0; reload < 70; ++reload) {
    const std::string key = reload % 2 == 0 ? "a" : "b";
    engine.settings.defaults.slices = {{key}};
    REQUIRE(engine.Use());
    std::vector<TestEvent> events;
    for (int i = 0; i < kValues; ++i) {
      const std::string id = std::to_string(reload) + "-" + std::to_string(i);
      TestEvent event = Prediction(id, "UP");
      event.segments = {{key, std::to_string(i)}};
      events.push_back(event);
    }
    engine.Post(events);
    engine.Wait(Engine::kHour + Engine::kHour / 30);
  }
  engine.settings.defaults.slices = {{"c"}};
  engine.Use();
  const auto post = [&engine](const std::string& id) {
    TestEvent event = Prediction(id, "UP");
    event.segments = {{"c", "sun"}};
    engine.Post({event, Label(id, "UP")});
  };
  post("x");
  CHECK(engine.FindWindow("last_10", "1", {{"c", "sun"}}).counts.observations ==
        1);
  // The same holds after a restart.
  const StateImage image =
      SaveState(const_cast<State*>(&engine.pipeline.state()));
  Pipeline restored(nullptr);
  REQUIRE(restored.Restore(image));
  const auto sets = [](const Pipeline& pipeline) {
    return pipeline.state().FindModel("m")->slicing.set_count();
  };
  CHECK(sets(restored) == sets(engine.pipeline));
}

}  // namespace
}  // namespace plumbline
