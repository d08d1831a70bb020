// Which label of an id wins, in any order of arrival.

#include <algorithm>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/compare_restored.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"
#include "tests/support/seeds.h"

namespace plumbline {
namespace {

using Set = TestEvent::Set;
using Value = TestEvent::Value;

double Now(const Engine& engine) {
  return static_cast<double>(engine.now_ms) / 1000;
}

// True if "a", predicted as "UP", has this label.
bool Stands(const Engine& engine, const std::string& label) {
  return engine.Window("1h").observations == 1 &&
         engine.Cell("1h", label, "UP") == 1;
}

TEST_CASE("of labels with timestamps the latest stands in each of six orders") {
  Engine engine;
  const double now = Now(engine);
  const std::vector<TestEvent> labels = {Label("a", "A", now - 300),
                                         Label("a", "A", now - 180),
                                         Label("a", "B", now - 240)};
  std::vector<size_t> order = {0, 1, 2};
  do {
    Engine one;
    one.Post({Prediction("a", "UP")});
    for (const size_t i : order) one.Post({labels[i]});
    CHECK(Stands(one, "A"));
    // All values become classes, whichever wins.
    CHECK(one.Model().classes.size() == 3);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("a newer label of the same value moves the time of the label") {
  Engine engine;
  const double now = Now(engine);
  engine.Post({Prediction("a", "UP"), Label("a", "UP", now - 100)});
  CHECK(engine.Post({Label("a", "UP", now - 50)}).duplicates == 1);
  CHECK(engine.Count(kDuplicateLabels) == 1);
  CHECK(engine.Post({Label("a", "DOWN", now - 60)}).duplicates == 1);
  CHECK(Stands(engine, "UP"));
  // An older label of the same value does not move the time back.
  CHECK(engine.Post({Label("a", "UP", now - 90)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "DOWN", now - 60)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "DOWN", now - 49)}).accepted == 1);
  CHECK(Stands(engine, "DOWN"));
}

TEST_CASE("the time of a label moves for all that hold it") {
  Engine engine;
  const double now = Now(engine);
  engine.Post({Prediction("a", "UP", "1"), Label("a", "UP", now - 100),
               Prediction("a", "UP", "2"), Label("a", "UP", now - 50)});
  SECTION("where one of them is removed") {
    engine.Do(Command{Removal{"m", GENERATE("1", "2")}});
  }
  SECTION("where another comes") {
    engine.Post({Prediction("a", "UP", "3"), Prediction("a", "UP", "4")});
  }
  CHECK(engine.Post({Label("a", "DOWN", now - 60)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "DOWN", now - 40)}).accepted == 1);
}

TEST_CASE("labels ahead of the clock are ordered by their timestamps") {
  Engine engine;
  const double now = Now(engine);
  engine.Post({Prediction("a", "UP"), Label("a", "UP", now + 200)});
  CHECK(engine.Post({Label("a", "DOWN", now + 100)}).duplicates == 1);
  CHECK(Stands(engine, "UP"));
  CHECK(engine.Post({Label("a", "DOWN", now + 300)}).accepted == 1);
  engine.Wait(4 * Engine::kMinute);
  CHECK(engine.Post({Label("a", "UP", now + 240)}).duplicates == 1);
  CHECK(Stands(engine, "DOWN"));
}

TEST_CASE("a label ahead of the clock has the delay of one that comes now") {
  Engine engine;
  const double now = Now(engine);
  TestEvent prediction = Prediction("a", "UP");
  prediction.timestamp = now - 50;
  engine.Post({prediction, Label("a", "UP", now + 200)});
  CHECK(std::bit_cast<double>(engine.Model().counts[kDelay]) == 50.0);
}

TEST_CASE("of two labels of one time the greater value stands") {
  Engine engine;
  const double at = Now(engine) - 100;
  struct Case {
    Value less;
    Value greater;
  };
  const Case values = GENERATE(
      Case{"a", "b"}, Case{"B", "a"}, Case{"10", "9"}, Case{"a", "aa"},
      Case{10, 9}, Case{9.5, 10.5}, Case{-2.5, -1.5}, Case{Set{}, Set{"a"}},
      Case{Set{"d", "a"}, Set{"c", "b"}}, Case{Set{"a"}, Set{"b", "a"}},
      Case{Set{"a", "b", "c", "d", "e"}, Set{"f", "d", "c", "b", "a"}});
  const bool up = GENERATE(true, false);
  const bool early = GENERATE(true, false);
  const auto predict = [&] { engine.Post({Prediction("a", values.greater)}); };
  if (!early) predict();
  engine.Post({Label("a", up ? values.less : values.greater, at)});
  const auto second =
      engine.Post({Label("a", up ? values.greater : values.less, at)});
  CHECK(second.accepted == (up ? 1 : 0));
  CHECK(second.duplicates == (up ? 0 : 1));
  if (early) predict();
  CHECK(engine.Count(kCorrections) == (up ? 1 : 0));
  const bool numbers = engine.Model().task == Task::kRegression;
  CHECK(engine.Figure(numbers ? "mean_absolute_error" : "accuracy", "1h") ==
        (numbers ? 0 : 1));
}

TEST_CASE("a resend never undoes a correction that came without a timestamp") {
  Engine engine;
  const double now = Now(engine);
  const double sent = now + GENERATE(-100.0, 100.0);
  engine.Post(
      {Prediction("a", "UP"), Label("a", "UP", sent), Label("a", "DOWN")});
  CHECK(Stands(engine, "DOWN"));
  CHECK(engine.Post({Label("a", "UP", sent)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
  CHECK(Stands(engine, "DOWN"));
  CHECK(engine.Post({Label("a", "UP", now + 101)}).accepted == 1);
  CHECK(Stands(engine, "UP"));
}

TEST_CASE("a correction without a timestamp has the time of its receipt") {
  Engine engine;
  const double now = Now(engine);
  engine.Post({Prediction("a", "UP"), Label("a", "UP", now - 100)});
  engine.Post({Label("a", "DOWN")});
  CHECK(engine.Post({Label("a", "UP", now - 1)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "UP", now + 1)}).accepted == 1);
}

TEST_CASE("a label without a timestamp stands as of its receipt") {
  Engine engine;
  const double now = Now(engine);
  engine.Post({Prediction("a", "UP"), Label("a", "UP")});
  CHECK(engine.Post({Label("a", "DOWN", now - 1)}).duplicates == 1);
  // A label without a timestamp does not move the time.
  engine.Wait(Engine::kMinute);
  CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
  CHECK(engine.Post({Label("a", "DOWN", now + 1)}).accepted == 1);
}

TEST_CASE("a label that comes with its prediction has the event's timestamp") {
  Engine engine;
  const double now = Now(engine);
  TestEvent both = Both("UP", "UP", "a");
  both.timestamp = now - 1000;
  engine.Post({both});
  CHECK(engine.Post({Label("a", "DOWN", now - 1001)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "DOWN", now - 999)}).accepted == 1);
  CHECK(Stands(engine, "DOWN"));
  SECTION("also where the prediction is a duplicate") {
    CHECK(engine.Post({both}).duplicates == 1);
    CHECK(Stands(engine, "DOWN"));
    both.timestamp = now - 998;
    CHECK(engine.Post({both}).accepted == 1);
    CHECK(Stands(engine, "UP"));
  }
  SECTION("also where the label came first") {
    engine.Post({Label("b", "DOWN", now - 100)});
    both.id = "b";
    engine.Post({both});
    CHECK(engine.Cell("1h", "DOWN", "UP") == 2);
  }
  // Neither half has a label delay.
  CHECK(std::bit_cast<double>(engine.Model().counts[kDelay]) == 0.0);
}

TEST_CASE("a value that came too late is had: without a time it is a resend") {
  Engine engine;
  const double now = Now(engine);
  const bool early = GENERATE(false, true);
  if (!early) engine.Post({Prediction("a", "UP")});
  CHECK(engine.Post({Label("a", "A", now - 10)}).accepted == 1);
  CHECK(engine.Post({Label("a", "B", now - 20)}).duplicates == 1);
  CHECK(engine.Post({Label("a", "B")}).duplicates == 1);
  if (early) engine.Post({Prediction("a", "UP")});
  CHECK(engine.Post({Label("a", "B")}).duplicates == 1);
  CHECK(Stands(engine, "A"));
  CHECK(engine.Post({Label("a", "C")}).accepted == 1);
  CHECK(engine.Post({Label("a", "A"), Label("a", "B")}).duplicates == 2);
  CHECK(Stands(engine, "C"));
}

TEST_CASE("a label that comes too late is a duplicate, whatever the limits") {
  Engine engine;
  const double now = Now(engine);
  const TestEvent::Value prediction = GENERATE(Value("A"), Value(Set{"A"}));
  const bool set = prediction.index() == Value(Set()).index();
  const Value other = set ? Value(Set{"A", "B"}) : Value("B");
  engine.Post({Prediction("a", prediction), Label("a", prediction, now - 10)});
  SECTION("of classes") { engine.settings.classes = 1; }
  SECTION("of the configuration") { engine.settings.defaults.classes = {"A"}; }
  SECTION("of memory") {
    engine.settings.window_bytes = engine.pipeline.state().window_bytes();
  }
  engine.Use();
  const BatchOutcome outcome = engine.Post({Label("a", other, now - 20)});
  CHECK(outcome.duplicates == 1);
  CHECK(outcome.errors.empty());
  CHECK(engine.Model().classes.size() == 1);
  CHECK(engine.Figure("accuracy", "1h") == 1);
}

TEST_CASE("under label_changes ignore no later label leaves anything behind") {
  Engine engine;
  const double now = Now(engine);
  engine.settings.correct_labels = false;
  engine.Use();
  engine.Post({Prediction("a", "UP"), Label("a", "UP", now - 10)});
  CHECK(engine
            .Post({Label("a", "A", now), Label("a", "B", now - 20),
                   Label("a", "UP", now)})
            .duplicates == 3);
  CHECK(engine.remembered() == 1);
  CHECK(engine.Model().classes.size() == 1);
}

TEST_CASE("the time of a label outlives the memory of its pair") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 1, 100);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  const auto leave = [&] {
    checkpoint.Whole(engine.journal.records.size());
    engine.Post({Prediction("other" + std::to_string(store.pairs.size()), 1)});
  };
  const double now = Now(engine);
  engine.Post({Prediction("a", "UP"), Label("a", "UP", now + 10)});
  leave();
  engine.Post({Label("a", "UP", now + 30)});
  leave();
  CHECK(engine.Post({Label("a", "DOWN", now + 20)}).duplicates == 1);
  leave();
  CHECK(engine.Post({Label("a", "DOWN")}).duplicates == 1);  // a past label
  CHECK(engine.Post({Label("a", "DOWN", now + 40)}).accepted == 1);
  CompareRestored(engine, checkpoint, store);
}

// ---- Any permutation ----

struct World {
  std::vector<Value> values;  // in ascending order
  std::vector<std::string> versions;
  bool by_prediction = false;
};

World RandomWorld(std::mt19937* random) {
  const auto pick = [random](unsigned n) { return (*random)() % n; };
  World world;
  const std::vector<std::vector<Value>> all = {
      {"10", "9", "A", "a"},
      {-1.5, 0.5, 2.5, 10.5},
      {Set{}, Set{"a", "c"}, Set{"b"}, Set{"b", "c", "d", "e", "f"}}};
  world.values = all[pick(3)];
  for (size_t n = 2 + pick(3); world.values.size() > n;) {
    world.values.erase(world.values.begin() +
                       pick(static_cast<unsigned>(world.values.size())));
  }
  world.versions = {"1"};
  if (pick(2) == 0) world.versions.emplace_back("2");
  world.by_prediction = pick(2) == 0;
  return world;
}

// The readers' view of the pairs, without their history.
std::string Seen(const Engine& engine) {
  std::ostringstream out;
  out.precision(9);
  const ModelSnapshot model = engine.Model();
  for (const VersionSnapshot& version : model.versions) {
    out << version.name << ' ' << version.counts[kObservations] << '\n';
    std::vector<std::string> cells;
    const auto cell = [&](const std::string& what, uint32_t actual,
                          uint32_t predicted, uint64_t n) {
      if (n == 0) return;
      cells.push_back(what + model.classes[actual] + "/" +
                      model.classes[predicted] + " " + std::to_string(n));
    };
    for (uint32_t a = 0; model.has_matrix && a < model.classes.size(); ++a) {
      for (uint32_t p = 0; p < model.classes.size(); ++p) {
        const uint32_t at = CellOf(a, p);
        cell("net ", a, p, version.outcomes[at] - version.withdrawn[at]);
        for (const WindowSnapshot& window : version.windows) {
          cell(window.settings.name + " ", a, p, window.counts.matrix[at]);
        }
      }
    }
    std::sort(cells.begin(), cells.end());
    for (const std::string& text : cells) out << text << '\n';
    for (const WindowSnapshot& window : version.windows) {
      out << window.settings.name << ' ' << window.counts.observations << ' '
          << window.counts.labelled << ' ' << window.counts.predictions << '\n';
      for (const NamedFigure& figure : FiguresOf(model, window)) {
        out << ApiName(figure) << ' ' << figure.value << '\n';
      }
    }
  }
  return out.str();
}

Engine& Start(const World& world, Engine* engine) {
  engine->settings.defaults.by_prediction = world.by_prediction;
  engine->settings.defaults.windows[0].by_prediction = world.by_prediction;
  engine->Use();
  return *engine;
}

TEST_CASE("any permutation of labels with timestamps ends with the same one") {
  const unsigned seed = GENERATE(range(0u, SeedsOr(40)));
  std::mt19937 random(seed);
  const auto pick = [&random](unsigned n) { return random() % n; };
  const World world = RandomWorld(&random);
  // A fixed second of the hour, whatever the clock says.
  const double begin = Now(Engine()) - 100;
  std::vector<TestEvent> events;
  double latest = 0;
  size_t winner = 0;
  const auto label = [&](TestEvent event) {
    const size_t value = pick(static_cast<unsigned>(world.values.size()));
    event.label = world.values[value];
    event.timestamp = begin + pick(8) * 50;  // ties, and ahead of the clock
    if (*event.timestamp > latest ||
        (*event.timestamp == latest && value > winner)) {
      latest = *event.timestamp;
      winner = value;
    }
    events.push_back(event);
  };
  std::vector<TestEvent> predictions;
  for (const std::string& version : world.versions) {
    predictions.push_back(Prediction(
        "id", world.values[pick(static_cast<unsigned>(world.values.size()))],
        version));
    predictions.back().timestamp = begin;
    events.push_back(predictions.back());
    // Some predictions carry a label.
    if (pick(3) > 0) continue;
    events.pop_back();
    label(predictions.back());
    predictions.back().timestamp = events.back().timestamp;
  }
  for (unsigned n = 1 + pick(6); n > 0; --n) label(Label("id", {}));
  for (unsigned n = pick(4); n > 0; --n) {
    events.push_back(events[pick(static_cast<unsigned>(events.size()))]);
  }

  Engine plain;
  Start(world, &plain).Post(predictions);
  plain.Post({Label("id", world.values[winner])});
  const std::string expected = Seen(plain);
  for (int permutation = 0; permutation < 8; ++permutation) {
    std::shuffle(events.begin(), events.end(), random);
    Engine engine;
    Start(world, &engine);
    for (const TestEvent& event : events) {
      engine.Post({event});
      if (pick(3) == 0) engine.Wait(pick(100));
    }
    REQUIRE(Seen(engine) == expected);
    // Resend everything in another order: nothing is new.
    std::shuffle(events.begin(), events.end(), random);
    REQUIRE(engine.Post(events).accepted == 0);
    REQUIRE(Seen(engine) == expected);
  }
}

}  // namespace
}  // namespace plumbline
