// The planner decides and changes nothing.

#include "core/join/planner.h"

#include <memory_resource>
#include <optional>

#include "core/engine/checkpoint.h"
#include "core/join/joiner.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

class World {
 public:
  World() {
    settings.defaults.windows = {LastWindow(10)};
    Use();
  }

  void Use() { REQUIRE(state.ChangeSettings(settings, 1'700'000'000'000)); }

  void Apply(const std::vector<TestEvent>& events) {
    Joiner joiner(&state);
    BatchOutcome outcome;
    joiner.Apply(Batch(events), &outcome);
    state.Publish();
    REQUIRE(outcome.errors.empty());
  }

  // Looks an event up as the joiner does, and decides.
  PlanResult Decide(const TestEvent& event) {
    batch = Batch({event});
    names.Begin(batch);
    planner.Begin(batch);
    Subject subject;
    subject.event = &batch.events[0];
    subject.extra = &batch.ExtraOf(batch.events[0]);
    subject.model = names.ModelOf(batch.events[0]);
    planner.ReadTask(&subject);
    chain.Clear();
    if (subject.model != nullptr) {
      subject.version = names.VersionOf(batch.events[0], *subject.model);
      if (names.KeyOf(batch.events[0], &subject.key)) {
        chain.Load(*subject.model, subject.key);
      }
    }
    return planner.Decide(subject);
  }

  Settings settings;
  State state{std::pmr::get_default_resource()};
  BatchNames names{&state};
  Chain chain{&state};
  Planner planner{&state, &names, &chain};
  EventBatch batch;  // of the last plan
};

}  // namespace

TEST_CASE("a plan says what each half does") {
  World world;
  Plan plan = world.Decide(Both("UP", "DOWN", "a")).plan;
  CHECK(plan.prediction_half == Half::kNew);
  CHECK(plan.label_half == Half::kNew);
  CHECK(plan.adds_classes);
  CHECK(!plan.IsDuplicate());

  world.Apply({Both("UP", "DOWN", "a")});
  plan = world.Decide(Both("UP", "UP", "a")).plan;
  CHECK(plan.prediction_half == Half::kDuplicate);
  CHECK(plan.label_half == Half::kCorrection);
  CHECK(!plan.adds_classes);
  CHECK(plan.standing != nullptr);
  CHECK(!plan.IsDuplicate());

  plan = world.Decide(Label("a", "DOWN")).plan;
  CHECK(plan.prediction_half == Half::kNothing);
  CHECK(plan.label_half == Half::kDuplicate);
  CHECK(plan.IsDuplicate());
}

TEST_CASE("a label that is older than the one that stands is a duplicate") {
  World world;
  const double now = 1'700'000'000;
  world.Apply({Prediction("a", "UP"), Label("a", "UP", now - 10)});
  const Plan older = world.Decide(Label("a", "DOWN", now - 20)).plan;
  CHECK(older.label_half == Half::kOlder);
  CHECK(older.IsDuplicate());
  const Plan later = world.Decide(Label("a", "UP", now - 5)).plan;
  CHECK(later.label_half == Half::kDuplicate);
  CHECK(later.moves_time);
}

TEST_CASE("a duplicate is not rejected for a value that is not kept") {
  World world;
  world.settings.classes = 1;
  world.Use();
  const double now = 1'700'000'000;
  world.Apply({Prediction("a", "UP"), Label("a", "UP", now - 10)});
  const PlanResult older = world.Decide(Label("a", "DOWN", now - 20));
  CHECK(!older.rejection);
  CHECK(older.plan.label_half == Half::kDuplicate);
}

TEST_CASE("a rejection names the part that is at fault") {
  using Part = BatchOutcome::Part;
  World world;
  world.settings.classes = 1;
  world.Use();
  world.Apply({Prediction("a", "UP")});
  Rejection rejection = world.Decide(Prediction("b", "DOWN")).rejection;
  CHECK(rejection.reject == Reject::kClassLimit);
  CHECK(rejection.part == Part::kPrediction);
  rejection = world.Decide(Label("a", "DOWN")).rejection;
  CHECK(rejection.reject == Reject::kClassLimit);
  CHECK(rejection.part == Part::kLabel);
  rejection = world.Decide(Label("a", 1.5)).rejection;
  CHECK(rejection.reject == Reject::kTaskMismatch);
  CHECK(rejection.part == Part::kLabel);
}

TEST_CASE("deciding changes nothing") {
  World world;
  world.Apply({Prediction("a", "UP"), Label("a", "UP")});
  const StateImage before = SaveState(&world.state);
  const uint64_t records = world.state.records();
  TestEvent other = Both("UP", "NEW", "b");
  other.version = "2";
  other.score = 0.5;
  other.segments = {{"region", "eu"}};
  TestEvent unknown = other;
  unknown.model = "unknown";
  for (const TestEvent& event :
       {Prediction("a", "UP"), Prediction("b", "DOWN"), Label("a", "DOWN"),
        Label("c", "NEW"), Label("a", 1.5), other, unknown}) {
    world.Decide(event);
  }
  const StateImage after = SaveState(&world.state);
  CHECK(after.models.empty());  // no model has changed
  CHECK(after.head == before.head);
  CHECK(world.state.records() == records);
  CHECK(world.state.table().size() == records);
  CHECK(world.state.models().Get().size() == 1);
  CHECK(world.state.models().Get()[0]->class_count() == 1);
  CHECK(world.state.models().Get()[0]->versions.Get().size() == 1);
}

TEST_CASE("a plan that is copied has its own text of an integer") {
  World world;
  std::optional<PlanResult> first = world.Decide(Prediction("a", 12345));
  const Plan copy = first->plan;
  first.reset();
  CHECK(copy.prediction.is_new);
  CHECK(copy.prediction.text() == "12345");
  const char* const begin = reinterpret_cast<const char*>(&copy);
  CHECK(copy.prediction.text().data() >= begin);
  CHECK(copy.prediction.text().data() < begin + sizeof(copy));
}

TEST_CASE("an event takes of windows only where it adds to its model") {
  World world;
  CHECK(world.Decide(Prediction("a", "UP")).plan.grows_windows);
  world.Apply({Prediction("a", "UP")});
  CHECK(!world.Decide(Prediction("b", "UP")).plan.grows_windows);
  CHECK(world.Decide(Prediction("b", "DOWN")).plan.grows_windows);
}
