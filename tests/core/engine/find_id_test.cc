#include "core/engine/find_id.h"

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"

using namespace plumbline;  // NOLINT: a test

namespace {

FoundId Find(Engine* engine, const std::string& id, KnownId* known,
             const std::string& model = "m", PairStore* store = nullptr) {
  // Hashes ids as the engine does.
  TestEvent event;
  event.id = id;
  const EventBatch batch = Batch({event});
  *known = {};
  const AskedId asked = {model, batch.events[0].id_hi, batch.events[0].id_lo};
  return FindId(&engine->pipeline, store, asked, known);
}

KnownId Known(Engine* engine, const std::string& id) {
  KnownId known;
  CHECK(Find(engine, id, &known) == FoundId::kFound);
  return known;
}

std::string Text(const KnownValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? "" : *text;
}

constexpr int64_t kBucketMs = 7 * Engine::kDay / 60;

}  // namespace

TEST_CASE("a prediction that waits is known with its receipt and expiry") {
  Engine engine;
  TestEvent event = Prediction("a", "UP");
  engine.settings.defaults.positive_class = "UP";
  engine.Use();
  event.score = 0.75;
  engine.Post({event, Prediction("a", "DOWN", "0")});
  const KnownId known = Known(&engine, "a");
  REQUIRE(known.predictions.size() == 2);
  CHECK(known.predictions[0].version == "0");
  CHECK_FALSE(known.predictions[0].score);
  const KnownPrediction& prediction = known.predictions[1];
  CHECK(prediction.version == "1");
  CHECK(Text(prediction.value) == "UP");
  CHECK(prediction.score == 0.75);
  CHECK(prediction.waits);
  CHECK(prediction.received_from_ms == engine.now_ms);
  CHECK(prediction.received_to_ms == engine.now_ms);
  CHECK(prediction.expires_ms > engine.now_ms + 7 * Engine::kDay);
  CHECK(prediction.expires_ms <= engine.now_ms + 7 * Engine::kDay + kBucketMs);
  CHECK_FALSE(known.label);
}

TEST_CASE("a label that has joined is known, with those before it") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  const int64_t received_ms = engine.now_ms;
  engine.Wait(1000);
  const double second = static_cast<double>(engine.now_ms) / 1000;
  engine.Post({Label("a", "DOWN", second - 3)});
  engine.Post({Label("a", "UP", second - 2)});
  const KnownId known = Known(&engine, "a");
  REQUIRE(known.predictions.size() == 1);
  CHECK_FALSE(known.predictions[0].waits);
  CHECK(known.predictions[0].received_from_ms <= received_ms);
  CHECK(known.predictions[0].received_to_ms >= received_ms);
  REQUIRE(known.label);
  CHECK(Text(known.label->value) == "UP");
  CHECK(known.label->time_us / 1000 == engine.now_ms - 2000);
  CHECK_FALSE(known.label->waits);
  CHECK(known.label->expires_ms == known.predictions[0].expires_ms);
  REQUIRE(known.past_labels.size() == 1);
  CHECK(Text(known.past_labels[0]) == "DOWN");
}

TEST_CASE("an early label waits for the horizon of labels") {
  Engine engine;
  engine.Post({Label("a", "UP")});
  const KnownId known = Known(&engine, "a");
  CHECK(known.predictions.empty());
  REQUIRE(known.label);
  CHECK(known.label->waits);
  CHECK(known.label->expires_ms > engine.now_ms + Engine::kHour);
  CHECK(known.label->expires_ms <=
        engine.now_ms + Engine::kHour + Engine::kMinute);
}

TEST_CASE("what is forgotten, deleted or was never there is not found") {
  Engine engine;
  KnownId known;
  engine.Post({Prediction("a", "UP"), Prediction("b", "UP")});
  CHECK(Find(&engine, "c", &known) == FoundId::kNothing);
  CHECK(Find(&engine, "a", &known, "n") == FoundId::kNoModel);
  engine.Do(Command{Removal{"m", "1"}});
  CHECK(Find(&engine, "b", &known) == FoundId::kNothing);
  engine.Post({Prediction("d", "UP")});
  CHECK(Find(&engine, "d", &known) == FoundId::kFound);
  engine.Wait(8 * Engine::kDay);
  CHECK(Find(&engine, "d", &known) == FoundId::kNothing);
}

TEST_CASE("numbers and sets are known as they were sent") {
  Engine engine;
  TestEvent number = Both(2.5, 3.5, "a");
  number.model = "numbers";
  TestEvent set =
      Both(TestEvent::Set{"a", "b", "c", "d", "e"}, TestEvent::Set{"b"}, "a");
  set.model = "sets";
  engine.Post({number, set});
  KnownId known;
  CHECK(Find(&engine, "a", &known, "numbers") == FoundId::kFound);
  CHECK(std::get<double>(known.predictions[0].value) == 2.5);
  CHECK(std::get<double>(known.label->value) == 3.5);
  CHECK(Find(&engine, "a", &known, "sets") == FoundId::kFound);
  using Names = std::vector<std::string>;
  CHECK(std::get<Names>(known.predictions[0].value) ==
        Names{"a", "b", "c", "d", "e"});
  CHECK(std::get<Names>(known.label->value) == Names{"b"});
}

TEST_CASE("scores by class are known") {
  Engine engine;
  TestEvent event = Prediction("a", "x");
  event.scores = {{"x", 0.5}, {"y", 0.25}, {"z", 0.25}};
  engine.Post({event});
  const KnownId known = Known(&engine, "a");
  const auto& scores = known.predictions[0].scores;
  REQUIRE(scores.size() == 3);
  CHECK(scores[0].first == "x");
  CHECK(scores[0].second == Approx(0.5));
  CHECK(scores[2].second == Approx(0.25));
}

TEST_CASE("what is in the store alone is found, and stays there") {
  Engine engine;
  MapStore store;
  engine.Post({Prediction("a", "UP")});
  engine.pipeline.Exclusively([&](State* state) {
    std::vector<Record> all;
    state->table().ForEach(
        [&](const Record& record) { all.push_back(record); });
    store.Save(all);
    state->table().Remove(state->table().Find(all[0].key));
  });
  KnownId known;
  CHECK(Find(&engine, "a", &known) == FoundId::kNothing);
  CHECK(Find(&engine, "a", &known, "m", &store) == FoundId::kFound);
  CHECK(Text(known.predictions[0].value) == "UP");
  engine.pipeline.Exclusively(
      [](State* state) { CHECK(state->table().size() == 0); });
  store.fails = true;
  CHECK(Find(&engine, "a", &known, "m", &store) == FoundId::kStoreFailed);
}
