// The copies of a checkpoint are those of its moment, whatever happens before
// all are made.

#include "core/model/dirty_models.h"

#include <map>
#include <random>
#include <string>
#include <utility>

#include "core/codec/archive.h"
#include "core/model/state.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/random_events.h"
#include "tests/support/seeds.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// What a store holds after the checkpoints so far.
class Stored {
 public:
  explicit Stored(const Engine* engine)
      : state(const_cast<State*>(&engine->pipeline.state())),
        models(&state->dirty_models()) {}

  // The moment of a checkpoint. Keeps copies of all models, to be compared.
  void Begin() {
    models->Begin();
    waits = true;
    for (Model* model : state->models().Get()) {
      Save save(&moment_[model->number]);
      state->SaveModel(save, *model);
    }
  }
  void Finish() {
    models->CopyAll();
    waits = false;
    for (auto& [number, model] : models->Take().Join()) {
      stored_[number] = model;
    }
    for (const auto& [number, model] : moment_) {
      REQUIRE(stored_.at(number) == model);
    }
    moment_.clear();
  }
  void Take() {
    Begin();
    Finish();
  }
  void CopyAhead() {
    while (models->CopyAhead()) {
    }
  }
  size_t whole() const { return stored_.begin()->second.size(); }

  State* const state;
  DirtyModels* const models;
  bool waits = false;

 private:
  std::map<uint32_t, std::string> moment_;
  std::map<uint32_t, std::string> stored_;
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

TEST_CASE("copies made at random between groups are as of one moment") {
  const bool evict = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(3)));
  std::mt19937 random(seed);
  std::mt19937 steps(seed + 100);
  Engine engine;
  SmallWorld(evict, &engine);
  Stored stored(&engine);
  for (int group = 0; group < 600; ++group) {
    RandomGroup(&random, &engine);
    if (stored.waits) {
      if (steps() % 2 == 0) stored.models->CopyNext();
      if (steps() % 5 == 0) stored.Finish();
    } else {
      for (auto n = steps() % 3; n > 0; --n) stored.models->CopyAhead();
      if (steps() % 4 == 0) stored.Begin();
    }
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
  CHECK(stored.models->bytes() > 0);
  CHECK(stored.models->bytes() < stored.whole() / 3);
}

TEST_CASE(
    "a model that is unchanged since the copy ahead is not copied again") {
  Engine engine;
  FillSlots(&engine);
  Stored stored(&engine);
  stored.CopyAhead();
  stored.Take();
  CHECK(stored.models->bytes() == 0);
}

TEST_CASE("whatever changes a model is in the checkpoint only before it") {
  const bool before = GENERATE(true, false);
  Engine engine;
  FillSlots(&engine);
  Stored stored(&engine);
  stored.CopyAhead();
  engine.Post({Both("UP", "UP")});
  if (!before) stored.Begin();
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
  if (before) stored.Begin();
  stored.Finish();
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
