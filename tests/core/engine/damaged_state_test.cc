// States with damage that checksums miss are refused. Otherwise their values
// would cause reads out of bounds, wrong figures or endless loops.

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/codec/bytes.h"
#include "core/detect/adwin.h"
#include "core/detect/figure_history.h"
#include "core/drift/numeric_sketch.h"
#include "core/engine/checkpoint.h"
#include "core/sync/paged_list.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// An engine that uses every part of a state.
std::unique_ptr<Engine> Made(Task task = Task::kClassification) {
  auto engine = std::make_unique<Engine>();
  ModelSettings& rule = engine->settings.defaults;
  rule.task = task;
  rule.slices = {{"key"}};
  rule.thresholds = {{"0.5", 0.5}};
  rule.drift.features = {"x"};
  engine->Use();
  if (task == Task::kRegression) {
    engine->Post({Prediction("a", 1.5), Label("a", 2.5), Both(1.0, 1.5)});
    return engine;
  }
  if (task == Task::kMultilabel) {
    engine->Post({Both(TestEvent::Set{"x", "y"}, TestEvent::Set{"y"})});
    return engine;
  }
  TestEvent event = Prediction("a", "UP");
  event.segments = {{"key", "value"}};
  event.features = {{"x", 1.0}};
  event.scores = {{"UP", 0.75}, {"DOWN", 0.25}};
  engine->Post({event, Label("a", "DOWN"), Label("early", "UP")});
  return engine;
}

StateImage Saved(Engine* engine) {
  StateImage image;
  engine->pipeline.Exclusively([&image](State* state) {
    for (Model* model : state->models().Get()) model->dirty = true;
    image = SaveState(state);
  });
  return image;
}

bool Loads(const StateImage& image) { return Pipeline(nullptr).Restore(image); }

// True if a state with this damage can be saved and loaded.
bool LoadsWith(const std::function<void(Model*)>& damage,
               Task task = Task::kClassification) {
  const auto engine = Made(task);
  REQUIRE(Loads(Saved(engine.get())));
  engine->pipeline.Exclusively([&damage](State* state) {
    Model* model = state->FindModel("m");
    REQUIRE(model != nullptr);
    damage(model);
  });
  return Loads(Saved(engine.get()));
}

Version* VersionOf(Model* model) { return model->versions.Get().at(0); }

// Opens a slot of the time window for a change.
void WithSlot(Model* model,
              const std::function<void(Slot<StdAtomics>*)>& change) {
  const uint64_t generation = model->seqlock.Open(0);
  Window* window = VersionOf(model)->series.windows.Get().at(0);
  change(&window->time()->Current(generation, 1'700'000'000'000));
  model->seqlock.Close();
}

void Push(Model* model, Observation observation) {
  Window* window = VersionOf(model)->series.windows.Get().at(1);
  window->last_n()->Push(5, observation);
}

void AddKey(Model* model, SparseSection section, uint32_t key) {
  WithSlot(model,
           [=](auto* slot) { slot->Add(section, key, 1, SizeOf(section, 0)); });
}

}  // namespace

TEST_CASE("moments that no clock has are refused") {
  CHECK_FALSE(LoadsWith([](Model* m) { m->last_event_ms = INT64_MIN; }));
  CHECK_FALSE(LoadsWith([](Model* m) { m->next_sample_ms = -1; }));
  CHECK_FALSE(LoadsWith([](Model* m) { m->task_since_ms = INT64_MAX; }));
  CHECK_FALSE(LoadsWith([](Model* m) { m->counts[kLastLabelMs] = ~0UL; }));
  CHECK_FALSE(
      LoadsWith([](Model* m) { VersionOf(m)->last_event_ms = INT64_MAX; }));
  CHECK_FALSE(LoadsWith(
      [](Model* m) { VersionOf(m)->counts[kLastPredictionMs] = ~0UL; }));
  CHECK_FALSE(LoadsWith([](Model* m) {
    VersionOf(m)->counts[size_t{kDetection} + kLastChangeMs] = ~0UL;
  }));
  CHECK_FALSE(LoadsWith([](Model* m) {
    WithSlot(m, [](auto* slot) { slot->Restart(INT64_MAX); });
  }));
}

TEST_CASE("pairs of a window that name what is not there are refused") {
  CHECK(LoadsWith([](Model* m) { Push(m, Observation::OfClasses(0, 1, 0)); }));
  CHECK_FALSE(
      LoadsWith([](Model* m) { Push(m, Observation::OfClasses(2, 0, 0)); }));
  CHECK_FALSE(
      LoadsWith([](Model* m) { Push(m, Observation::OfClasses(0, 2, 0)); }));
  CHECK_FALSE(LoadsWith(
      [](Model* m) { Push(m, Observation::OfClasses(0, 1, 0, 1.5)); }));
  CHECK_FALSE(LoadsWith(
      [](Model* m) { Push(m, Observation::OfScores(0, 1, 0, 100)); }));
  const Task regression = Task::kRegression;
  CHECK(LoadsWith([](Model* m) { Push(m, Observation::OfValues(1, 2)); },
                  regression));
  CHECK_FALSE(LoadsWith(
      [](Model* m) { Push(m, Observation::OfValues(kNaN, 2)); }, regression));
  CHECK_FALSE(
      LoadsWith([](Model* m) { Push(m, Observation::OfValues(1, HUGE_VAL)); },
                regression));
  CHECK_FALSE(LoadsWith([](Model* m) { Push(m, Observation::OfSets(100)); },
                        Task::kMultilabel));
}

TEST_CASE("scores and sets of classes that are not there are refused") {
  const auto with_score = [](uint32_t c, double p) {
    return [=](Model* m) { m->scores.Hold(m->scores.Add({{c, p}})); };
  };
  CHECK(LoadsWith(with_score(1, 0.5)));
  CHECK_FALSE(LoadsWith(with_score(2, 0.5)));
  CHECK_FALSE(LoadsWith(with_score(1, 1.5)));
  CHECK_FALSE(LoadsWith(with_score(1, kNaN)));
  CHECK_FALSE(LoadsWith(
      [](Model* m) { m->sets.Hold(m->sets.Add({{.class_index = 9}})); },
      Task::kMultilabel));
}

TEST_CASE("bins that there are not are refused") {
  CHECK(LoadsWith(
      [](Model* m) { AddKey(m, SparseSection::kScoreBins, ScoreBins::kOne); }));
  CHECK_FALSE(LoadsWith([](Model* m) {
    AddKey(m, SparseSection::kScoreBins, ScoreBins::kOne + 1);
  }));
  CHECK_FALSE(LoadsWith([](Model* m) {
    AddKey(m, SparseSection::kClassScoreBins, ClassScoreBins::KeyOf(2, 0.5));
  }));
  CHECK_FALSE(LoadsWith([](Model* m) {
    AddKey(m, SparseSection::kErrorSums, ErrorSums::KeyOf(99, 0));
  }));
  CHECK_FALSE(LoadsWith(
      [](Model* m) { AddKey(m, SparseSection::kErrorBins, 1 << 20); }));
  const uint32_t of_class = EstimateBins::KeyOf({1, 0, false});
  CHECK_FALSE(LoadsWith(
      [=](Model* m) { AddKey(m, SparseSection::kPredictedScores, of_class); }));
  const uint32_t of_positive = EstimateBins::KeyOf({0, 0, false});
  CHECK_FALSE(LoadsWith([=](Model* m) {
    AddKey(m, SparseSection::kPredictedClassScores, of_positive);
  }));
  const uint32_t of_third = EstimateBins::KeyOf({3, 0, false});
  CHECK_FALSE(LoadsWith([=](Model* m) {
    AddKey(m, SparseSection::kJudgedClassScores, of_third);
  }));
}

TEST_CASE("a section with too few cells is refused") {
  CHECK_FALSE(LoadsWith([](Model* m) {
    // Counts of two classes have a size of their own.
    Window* window = VersionOf(m)->series.windows.Get().at(1);
    const uint64_t generation = m->seqlock.Open(0);
    window->last_n()->slot(generation).Add(Section::kScores, 3, 0, 1);
    m->seqlock.Close();
  }));
}

TEST_CASE("early labels that are nothing are refused") {
  CHECK_FALSE(LoadsWith([](Model* m) { m->early_labels = {99}; }));
  const auto loads = [](double label) {
    Engine engine;
    engine.Use();
    engine.Post({Label("a", 1.0)});
    engine.pipeline.Exclusively([label](State* state) {
      state->FindModel("m")->early_labels = {std::bit_cast<uint64_t>(label)};
    });
    return Loads(Saved(&engine));
  };
  CHECK(loads(2.0));
  CHECK_FALSE(loads(kNaN));
}

TEST_CASE("more classes than a matrix can have are refused without it") {
  Engine engine;
  engine.settings.defaults.task = Task::kClassification;
  engine.Use();
  engine.Post({Both("a", "b")});
  engine.pipeline.Exclusively([](State* state) {
    Model* model = state->FindModel("m");
    for (int c = 0; c < 300; ++c) model->AddClass(std::to_string(c), INT64_MAX);
  });
  CHECK_FALSE(Loads(Saved(&engine)));
}

TEST_CASE("two models of one name, or with one owner, are refused") {
  Engine engine;
  engine.Post({{.model = "m1", .prediction = "a", .label = "a"},
               {.model = "m2", .prediction = "a", .label = "a"}});
  StateImage image = Saved(&engine);
  REQUIRE(image.models.size() == 2);
  REQUIRE(Loads(image));
  std::string& second = image.models.rbegin()->second;
  const size_t at = second.find("m2");
  second.replace(at, 2, "m1");
  CHECK_FALSE(Loads(image));
  second.replace(at, 2, "m2");
  // The owner comes after the name.
  const std::string& first = image.models.begin()->second;
  constexpr size_t kOwner = 2 + 5;  // after its tag and its size
  second.replace(at + kOwner, 4, first, first.find("m1") + kOwner, 4);
  CHECK_FALSE(Loads(image));
}

namespace {

// Serialises a part of a state.
template <class Part>
std::string BytesOf(Part* part) {
  std::string bytes;
  Save save(&bytes);
  part->Fields(save);
  return bytes;
}

// `at`: offset in the field of a part, which begins with its size.
template <class T>
std::string With(std::string bytes, uint8_t tag, size_t at, T value) {
  size_t place = sizeof(uint32_t);
  while (static_cast<uint8_t>(bytes.at(place)) != tag) {
    uint32_t size = 0;
    std::memcpy(&size, bytes.data() + place + 1, sizeof(size));
    place += 1 + sizeof(size) + size;
  }
  std::string written;
  ByteWriter(&written).Put(value);
  return bytes.replace(place + 1 + sizeof(uint32_t) + at, written.size(),
                       written);
}

template <class Part>
bool Reads(Part part, const std::string& bytes) {
  Load load(bytes);
  part.Fields(load);
  return load.ok() && load.AtEnd();
}

}  // namespace

TEST_CASE("a window of ADWIN that is not that of its buckets is refused") {
  Adwin adwin(AdwinSettings{});
  for (int i = 0; i < 100; ++i) adwin.Add(i % 3 == 0 ? 1 : 0);
  const std::string bytes = BytesOf(&adwin);
  const Adwin fresh(AdwinSettings{});
  REQUIRE(Reads(fresh, bytes));
  CHECK_FALSE(Reads(fresh, With(bytes, 1, 0, uint64_t{1'000'000})));
  // A window with a width and no row.
  constexpr uint8_t kRows = 7;
  CHECK_FALSE(Reads(fresh, With(bytes, kRows, 0, uint64_t{0})));
}

TEST_CASE("hours that no clock has are refused in a history of figures") {
  const WindowSettings window = TimeWindow("1h", Engine::kHour);
  FigureHistory history("accuracy", window);
  for (int64_t hour = 1000; hour < 1200; ++hour) history.Add(hour, 0.5, 0.01);
  const std::string bytes = BytesOf(&history);
  const FigureHistory fresh("accuracy", window);
  REQUIRE(Reads(fresh, bytes));
  for (uint8_t tag = 1; tag <= 3; ++tag) {
    CHECK_FALSE(Reads(fresh, With(bytes, tag, 0, INT64_MIN)));
    CHECK_FALSE(Reads(fresh, With(bytes, tag, 0, INT64_MAX)));
  }
  // The end is before the begin.
  CHECK_FALSE(Reads(fresh, With(bytes, 3, 0, int64_t{999})));
}

TEST_CASE("a sketch of numbers that are not as many is refused") {
  NumericSketch sketch;
  for (int i = 0; i < 100; ++i) sketch.Add(i);
  const std::string bytes = BytesOf(&sketch);
  REQUIRE(Reads(NumericSketch(), bytes));
  CHECK_FALSE(Reads(NumericSketch(), With(bytes, 1, 0, uint32_t{64})));
  CHECK_FALSE(Reads(NumericSketch(), With(bytes, 2, 0, uint64_t{7})));
  // Damages the first cell, which follows the size of the list.
  CHECK_FALSE(Reads(NumericSketch(), With(bytes, 3, 16, ~uint64_t{0})));
}

TEST_CASE("so many owners that are gone take no memory") {
  PagedList<int64_t> list;
  list.Grow(1 << 26);
  CHECK(list[(1 << 26) - 1] == 0);
  list.Set(5'000'000, 7);
  list.Grow((1 << 26) + 1);
  CHECK(list[5'000'000] == 7);
  CHECK(list[5'000'001] == 0);
  size_t visited = 0;
  int64_t sum = 0;
  list.ForEach([&](uint32_t, int64_t value) {
    ++visited;
    sum += value;
  });
  CHECK(sum == 7);
  CHECK(visited < 10'000);
}

// Checksums find such damage, so the loaded values do not matter. The load must
// not read out of bounds or use uninitialised values. Sanitizers check that.
TEST_CASE("a checkpoint with any byte changed is refused or loads") {
  const auto engine = Made();
  const StateImage whole = Saved(engine.get());
  REQUIRE(Loads(whole));
  int refused = 0;
  const auto change = [&](StateImage* image, std::string* part, size_t i) {
    for (const int value : {0x7, 0x80, 0xff}) {
      const char byte = std::exchange((*part)[i], static_cast<char>(value));
      Pipeline pipeline(nullptr);
      if (pipeline.Restore(*image)) {
        Describe(pipeline.state(), engine->now_ms);
      } else {
        ++refused;
      }
      (*part)[i] = byte;
    }
  };
  StateImage damaged = whole;
  for (size_t i = 0; i < damaged.head.size(); i += 3) {
    change(&damaged, &damaged.head, i);
  }
  std::string& model = damaged.models.begin()->second;
  for (size_t i = 0; i < model.size(); i += 1 + i / 256) {
    change(&damaged, &model, i);
  }
  CHECK(refused > 0);
}
