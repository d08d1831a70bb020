// The image of a checkpoint that was copied ahead is that of its moment.

#include "core/engine/checkpoint_copy.h"

#include <random>
#include <string>
#include <utility>

#include "core/engine/checkpoint.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/random_events.h"
#include "tests/support/seeds.h"

using namespace plumbline;  // NOLINT: a test

namespace {

State* StateOf(const Engine& engine) {
  return const_cast<State*>(&engine.pipeline.state());
}

// What a store holds after the checkpoints so far.
class Stored {
 public:
  explicit Stored(const Engine* engine) : engine_(engine) {}

  // The moment of a checkpoint. Compares the whole with a copy of all models.
  void Take() {
    copy.TakeRest(StateOf(*engine_));
    rest = copy.rest_bytes();
    StateImage changed = copy.Take();
    for (auto& [number, model] : changed.models) {
      image_.models[number] = std::move(model);
    }
    for (Model* model : StateOf(*engine_)->models().Get()) model->dirty = true;
    whole = SaveState(StateOf(*engine_));
    REQUIRE(changed.head == whole.head);
    for (const auto& [number, model] : whole.models) {
      REQUIRE(image_.models.at(number) == model);
    }
  }
  void CopyAhead() {
    while (copy.CopyNext(StateOf(*engine_))) {
    }
  }

  CheckpointCopy copy;
  StateImage whole;
  size_t rest = 0;  // bytes copied at the moment

 private:
  const Engine* const engine_;
  StateImage image_;
};

// A model whose time window has counts in many slots.
void FillSlots(Engine* engine) {
  engine->settings.defaults.positive_class = "UP";
  engine->settings.defaults.slices = {{"a"}};
  engine->Use();
  for (int minute = 0; minute < 90; ++minute) {
    engine->Post({{.prediction = "UP",
                   .label = "DOWN",
                   .score = 0.01 * (minute + 1),
                   .segments = {{"a", "x"}}}});
    engine->now_ms += Engine::kMinute;
  }
}

}  // namespace

TEST_CASE("a checkpoint copied ahead at random is a whole one of its moment") {
  const bool evict = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(3)));
  std::mt19937 random(seed);
  std::mt19937 steps(seed + 100);
  Engine engine;
  SmallWorld(evict, &engine);
  Stored stored(&engine);
  for (int group = 0; group < 600; ++group) {
    RandomGroup(&random, &engine);
    for (auto n = steps() % 3; n > 0; --n) {
      stored.copy.CopyNext(StateOf(engine));
    }
    if (steps() % 5 == 0) stored.Take();
  }
}

TEST_CASE(
    "slots that are unchanged since the copy ahead are not copied again") {
  Engine engine;
  FillSlots(&engine);
  Stored stored(&engine);
  stored.CopyAhead();
  engine.Post({Both("UP", "UP")});
  stored.Take();
  const size_t whole = stored.whole.models.begin()->second.size();
  CHECK(stored.rest > 0);
  CHECK(stored.rest < whole / 4);
}

TEST_CASE(
    "a model that is unchanged since the copy ahead is not copied again") {
  Engine engine;
  FillSlots(&engine);
  Stored stored(&engine);
  stored.CopyAhead();
  stored.Take();
  CHECK(stored.rest == 0);
}

TEST_CASE(
    "whatever changes a model after its copy ahead is in the checkpoint") {
  Engine engine;
  FillSlots(&engine);
  Stored stored(&engine);
  stored.CopyAhead();
  auto& rule = engine.settings.defaults;
  SECTION("a window is added, another removed") {
    rule.windows = {TimeWindow("2h", 2 * Engine::kHour), LastWindow(10)};
    engine.Use();
  }
  SECTION("a window is renewed under its name") {
    const auto windows = std::exchange(rule.windows, {LastWindow(3)});
    engine.Use();
    rule.windows = windows;
    engine.Use();
  }
  SECTION("slices are removed and added") {
    rule.slices = {};
    engine.Use();
    rule.slices = {{"b"}, {"a"}};
    engine.Use();
    engine.Post({{.prediction = "UP",
                  .label = "UP",
                  .segments = {{"a", "y"}, {"b", "z"}}}});
  }
  SECTION("the positive class changes") {
    rule.positive_class = "DOWN";
    engine.Use();
  }
  SECTION("a class is added") { engine.Post({Both("LEFT", "RIGHT")}); }
  SECTION("the matrix becomes marginals") {
    engine.settings.matrix_classes = 2;
    engine.Use();
    engine.Post({Both("LEFT", "RIGHT")});
  }
  SECTION("a version is added before the other, and one deleted") {
    TestEvent event = Both("UP", "UP");
    event.version = "0";
    engine.Post({event});
    engine.Do(Command{Removal{"m", "1"}});
  }
  SECTION("the model is deleted, and comes back") {
    engine.Do(Command{Removal{"m", {}}});
    engine.Post({Both("UP", "UP")});
  }
  SECTION("time passes") { engine.Wait(Engine::kDay); }
  stored.Take();
  engine.Post({Both("UP", "UP")});
  stored.Take();
}

TEST_CASE("copies ahead of no checkpoint are replaced by later ones") {
  Engine engine;
  FillSlots(&engine);
  Stored stored(&engine);
  stored.CopyAhead();
  engine.Post({Both("UP", "UP")});
  stored.CopyAhead();
  engine.Post({Both("UP", "DOWN")});
  stored.Take();
}
