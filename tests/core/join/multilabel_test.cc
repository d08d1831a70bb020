// Multilabel: sets of classes are joined, corrected and counted. A plain
// recount of the pairs must give the same figures.

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/pairs/class_set.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/seeds.h"

namespace plumbline {
namespace {

using Set = TestEvent::Set;

Set SetOf(std::mt19937* random, unsigned classes) {
  Set set;
  const unsigned rare = 1 + (*random)() % 5;
  for (unsigned c = 0; c < classes; ++c) {
    if ((*random)() % rare == 0) set.push_back("c" + std::to_string(c));
  }
  std::shuffle(set.begin(), set.end(), *random);
  return set;
}

struct Pair {
  Set predicted;
  Set actual;
};

size_t Common(const Pair& pair) {
  return static_cast<size_t>(std::count_if(
      pair.actual.begin(), pair.actual.end(), [&pair](const std::string& c) {
        return std::count(pair.predicted.begin(), pair.predicted.end(), c) > 0;
      }));
}

// Checks the engine's figures of these pairs against their definitions.
void CheckFigures(const Engine& engine, const std::string& window,
                  const std::vector<Pair>& pairs) {
  struct Counts {
    double common = 0, predicted = 0, actual = 0;
  };
  std::map<std::string, Counts> classes;
  double exact = 0, precision = 0, recall = 0, f1 = 0, wrong = 0;
  const auto ratio = [](double a, double b) { return b == 0 ? 0 : a / b; };
  for (const Pair& pair : pairs) {
    const auto common = static_cast<double>(Common(pair));
    const auto p = static_cast<double>(pair.predicted.size());
    const auto a = static_cast<double>(pair.actual.size());
    exact += common == p && common == a;
    precision += ratio(common, p);
    recall += ratio(common, a);
    f1 += ratio(2 * common, p + a);
    wrong += p + a - 2 * common;
    for (const std::string& c : pair.predicted) ++classes[c].predicted;
    for (const std::string& c : pair.actual) {
      ++classes[c].actual;
      classes[c].common +=
          std::count(pair.predicted.begin(), pair.predicted.end(), c) > 0;
    }
  }
  double macro = 0, common = 0, predicted = 0, actual = 0;
  for (const auto& [name, c] : classes) {
    macro += ratio(2 * c.common, c.predicted + c.actual);
    common += c.common;
    predicted += c.predicted;
    actual += c.actual;
  }
  const auto n = static_cast<double>(pairs.size());
  const auto figure = [&](const std::string& name) {
    return engine.Figure(name, window).value_or(-1);
  };
  REQUIRE(engine.Window(window).observations == pairs.size());
  REQUIRE(figure("accuracy") == Approx(exact / n));
  REQUIRE(figure("precision_samples") == Approx(precision / n));
  REQUIRE(figure("recall_samples") == Approx(recall / n));
  REQUIRE(figure("f1_samples") == Approx(f1 / n));
  REQUIRE(figure("hamming_loss") ==
          Approx(wrong / n / static_cast<double>(classes.size())));
  REQUIRE(figure("f1_macro") ==
          Approx(macro / static_cast<double>(classes.size())));
  REQUIRE(figure("precision_micro") == Approx(common / predicted));
  REQUIRE(figure("recall_micro") == Approx(common / actual));
}

TEST_CASE("figures of sets are those of the pairs in the window") {
  const unsigned classes = GENERATE(3u, 12u, 40u);
  std::mt19937 random(classes);
  Engine engine;
  engine.settings.defaults.windows = {TimeWindow("1h", Engine::kHour),
                                      LastWindow(20)};
  engine.Use();
  std::map<std::string, Pair> all;
  std::vector<std::string> order;
  for (int i = 0; i < 200; ++i) {
    const std::string id = "id" + std::to_string(i);
    const Pair pair = {SetOf(&random, classes), SetOf(&random, classes)};
    // The label comes after, before, or with the prediction.
    switch (i % 3) {
      case 0:
        engine.Post({Prediction(id, pair.predicted), Label(id, pair.actual)});
        break;
      case 1:
        engine.Post({Label(id, pair.actual)});
        engine.Post({Prediction(id, pair.predicted)});
        break;
      default:
        engine.Post({Both(pair.predicted, pair.actual, id)});
    }
    all[id] = pair;
    order.push_back(id);
    if (i % 4 == 0) {
      const std::string& old = order[random() % order.size()];
      const Set corrected = SetOf(&random, classes);
      engine.now_ms += 1;
      engine.Post(
          {Label(old, corrected, static_cast<double>(engine.now_ms) / 1000)});
      all[old].actual = corrected;
    }
    // The same set in another order is the same label.
    Set again = all[id].actual;
    std::reverse(again.begin(), again.end());
    CHECK(engine.Post({Label(id, again)}).duplicates == 1);
    engine.now_ms += 10;
  }
  std::vector<Pair> pairs;
  for (const std::string& id : order) pairs.push_back(all[id]);
  CheckFigures(engine, "1h", pairs);
  CheckFigures(engine, "last_20", {pairs.end() - 20, pairs.end()});
  engine.Wait(2 * Engine::kHour);
  CHECK(engine.Window("1h").observations == 0);
  CHECK_FALSE(engine.Figure("hamming_loss", "1h"));
}

TEST_CASE("one label of many classes scores every version, and later ones") {
  Engine engine;
  const Set five = {"a", "b", "c", "d", "e"};
  const Set other = {"a", "b", "c", "d", "f"};
  engine.Post({Prediction("x", five, "1"), Prediction("x", other, "2"),
               Label("x", five), Prediction("x", five, "3")});
  CHECK(engine.Figure("accuracy", "1h", "1") == 1);
  CHECK(engine.Figure("accuracy", "1h", "2") == 0);
  CHECK(engine.Figure("accuracy", "1h", "3") == 1);
  engine.Post({Label("x", other)});
  CHECK(engine.Count(kCorrections) == 1);
  CHECK(engine.Figure("accuracy", "1h", "1") == 0);
  CHECK(engine.Figure("accuracy", "1h", "2") == 1);
  CHECK(engine.Figure("accuracy", "1h", "3") == 0);
  // A past label corrects nothing.
  CHECK(engine.Post({Label("x", five)}).duplicates == 1);
  engine.Do(Command{Removal{"m", "1"}});
  engine.now_ms += 1;
  engine.Post({Label("x", five, static_cast<double>(engine.now_ms) / 1000)});
  CHECK(engine.Figure("accuracy", "1h", "2") == 0);
  CHECK(engine.Figure("accuracy", "1h", "3") == 1);
}

TEST_CASE("empty sets are sets") {
  Engine engine;
  engine.Post({Both(Set{}, Set{}), Both(Set{}, Set{"a"})});
  CHECK(engine.Model().task == Task::kMultilabel);
  CHECK(engine.Figure("accuracy", "1h") == 0.5);
  CHECK(engine.Figure("f1_samples", "1h") == 0);
  CHECK(engine.Figure("hamming_loss", "1h") == 0.5);
  CHECK_FALSE(engine.Figure("precision_micro", "1h"));
}

TEST_CASE("a set is of a multilabel, and nothing else is") {
  Engine engine;
  engine.Post({Prediction("x", Set{"a"})});
  CHECK(engine.Post({Label("x", "a")}).errors.at(0).reject ==
        Reject::kTaskMismatch);
  CHECK(engine.Post({Prediction("y", 1)}).errors.at(0).reject ==
        Reject::kTaskMismatch);
  TestEvent classes = Prediction("x", "a");
  classes.model = "classes";
  engine.Post({classes});
  TestEvent set = Label("x", Set{"a"});
  set.model = "classes";
  const auto outcome = engine.Post({set});
  CHECK(outcome.errors.at(0).reject == Reject::kTaskMismatch);
  CHECK(outcome.errors.at(0).part == BatchOutcome::Part::kLabel);
}

TEST_CASE("classes of sets are held against limits and configuration") {
  Engine engine;
  engine.settings.classes = 3;
  engine.Use();
  engine.Post({Prediction("x", Set{"a", "b"})});
  CHECK(engine.Post({Both(Set{"a", "c"}, Set{"c", "b"})}).accepted == 1);
  auto outcome = engine.Post({Both(Set{"a"}, Set{"c", "d"})});
  CHECK(outcome.errors.at(0).reject == Reject::kClassLimit);
  CHECK(outcome.errors.at(0).part == BatchOutcome::Part::kLabel);
  CHECK(engine.Model().classes.size() == 3);
  engine.settings.defaults.classes = {"a", "b", "x"};
  engine.Use();
  outcome = engine.Post({Label("x", Set{"c"}), Prediction("y", Set{"a", "z"}),
                         Label("x", Set{"b", "a"})});
  CHECK(outcome.errors.at(0).reject == Reject::kUnknownClass);
  CHECK(outcome.errors.at(0).part == BatchOutcome::Part::kLabel);
  CHECK(outcome.errors.at(1).reject == Reject::kUnknownClass);
  CHECK(outcome.accepted == 1);
}

TEST_CASE("a value tells sets apart, and holds the small ones") {
  std::set<uint64_t> values;
  size_t sets = 0;
  for (uint32_t bits = 0; bits < 1 << 12; ++bits, ++sets) {
    ClassSet set;
    for (uint32_t c = 0; c < 12; ++c) {
      if (bits >> c & 1) set.push_back(c * 700);
    }
    const uint64_t value = ValueOfSet(set);
    values.insert(value);
    REQUIRE(HoldsSet(value) == (set.size() <= kClassesInValue));
    if (HoldsSet(value)) REQUIRE(SetOfValue(value) == set);
    ClassSet unpacked;
    for (size_t i = 0; i < set.size(); i += kClassesInDetail) {
      Record detail;
      PackSet(set, i, &detail);
      UnpackSet(detail, &unpacked);
    }
    REQUIRE(unpacked == set);
  }
  CHECK(values.size() == sets);
}

TEST_CASE("sets never take the bound beyond itself, and nothing counts twice") {
  constexpr int64_t kLimit = 60;
  const bool evict = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(2)));
  std::mt19937 random(seed);
  Engine engine;
  engine.settings.remembered_bytes = kLimit * PairTable::kBytesPerRecord;
  engine.settings.evict_oldest = evict;
  engine.Use();
  for (int request = 0; request < 400; ++request) {
    std::vector<TestEvent> events;
    for (auto n = random() % 8; n > 0; --n) {
      const std::string id = std::to_string(random() % 40);
      const Set value = SetOf(&random, 30);
      const auto what = random() % 3;
      if (what == 0) events.push_back(Prediction(id, value));
      if (what == 1) events.push_back(Label(id, value));
      if (what == 2) events.push_back(Both(value, value, id));
    }
    engine.Post(events);
    engine.now_ms += 100;
    REQUIRE(engine.remembered() <= kLimit);
    if (!engine.Has("m")) continue;
    const auto& model = *engine.pipeline.state().models().Get().front();
    uint64_t counted = 0;
    for (const VersionSnapshot& v : engine.Model().versions) {
      REQUIRE(v.counts[kPredictions] == v.counts[kPendingPredictions] +
                                            v.counts[kObservations] +
                                            v.counts[kExpiredPredictions] +
                                            v.counts[kEvictedPredictions]);
    }
    REQUIRE(engine.Count(kLabels) ==
            engine.Count(kJoinedLabels) + engine.Count(kPendingLabels) +
                engine.Count(kExpiredLabels) + engine.Count(kEvictedLabels));
    counted = model.records;
    REQUIRE(counted == engine.pipeline.state().records());
  }
  // Everything that was counted as remembered can expire.
  engine.Wait(30 * Engine::kDay);
  CHECK(engine.remembered() == 0);
}

TEST_CASE("a pair of sets is logged without the scores of an event before") {
  Engine engine;
  TestEvent scored = Both("UP", "UP");
  scored.scores = {{"UP", 0.75}, {"DOWN", 0.25}};
  TestEvent set = Both(TestEvent::Set{"x"}, TestEvent::Set{"x"});
  set.model = "sets";
  BatchReport report;
  report.most_bytes = SIZE_MAX;
  Outcome outcome;
  outcome.batch.report = &report;
  const Command command{Batch({scored, set})};
  engine.pipeline.Commit(command, engine.now_ms, &outcome);
  REQUIRE(report.pairs.size() == 2);
  CHECK(report.pairs[0].scores.size() == 2);
  CHECK(report.pairs[1].scores.empty());
}

}  // namespace
}  // namespace plumbline
