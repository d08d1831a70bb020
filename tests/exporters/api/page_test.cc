#include "exporters/api/page.h"

#include <nlohmann/json.hpp>
#include <string>

#include "exporters/api/conflicts.h"
#include "exporters/api/id_json.h"
#include "exporters/api/json.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test
using nlohmann::json;

namespace {

bool Has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

std::string Page(const Engine& engine, const Config& config) {
  return ModelPage(
      ModelJson(engine.Model(), {}),
      ModelsJson(engine.pipeline.state(), engine.now_ms),
      StatusJson(engine.pipeline.state(), config, {}, engine.now_ms));
}

// One objective for all models, over 1h.
Config WithObjective(const Engine& engine, double min, int64_t observations) {
  Config config;
  config.engine = engine.settings;
  ModelSettings rule = engine.settings.defaults;
  rule.match = "*";
  config.engine.model_rules = {rule};
  Objective objective;
  objective.metric = "accuracy";
  objective.window = "1h";
  objective.min = min;
  objective.min_observations = observations;
  config.objectives = {objective};
  return config;
}

}  // namespace

TEST_CASE("models are listed with each of their versions") {
  Engine engine;
  CHECK(ModelsTable(ModelsJson(engine.pipeline.state(), engine.now_ms)) ==
        "no models yet\n");
  TestEvent other = Both("UP", "UP");
  other.version = "2";
  engine.Post({Both("UP", "UP"), other});
  const std::string table =
      ModelsTable(ModelsJson(engine.pipeline.state(), engine.now_ms));
  CHECK(Has(table, "m      classification"));
  CHECK(Has(table, "\"1\""));
  CHECK(Has(table, "\"2\""));
}

TEST_CASE("a page shows what matters of all windows") {
  Engine engine;
  engine.settings.defaults.positive_class = "UP";
  engine.Use();
  engine.Post({Both("UP", "UP"), Both("UP", "DOWN"), Both("DOWN", "DOWN")});
  const std::string page = Page(engine, {});
  CHECK(Has(page,
            "m: classification; classes UP, DOWN; positive class UP; "
            "assumed: task\n"));
  CHECK(Has(page, "version \"1\": 3 predictions, 3 pairs"));
  CHECK(Has(page, "accuracy"));
  CHECK(Has(page, "0.6667 (0.2077 to 0.9385)"));
  // Bounds of an average have their name in the middle.
  CHECK(Has(page, "0.5000 (0.0945 to 0.9055)"));
  CHECK(Has(page, "matrix of 1h"));
  CHECK_FALSE(Has(page, "specificity"));
}

TEST_CASE("a page says whether objectives are met") {
  Engine engine;
  engine.Post({Both("UP", "UP"), Both("UP", "DOWN")});
  const auto line = [&](double min, int64_t observations) {
    return Page(engine, WithObjective(engine, min, observations));
  };
  CHECK(Has(line(0.5, 2), "accuracy over 1h at least 0.5: met, with 0.5000"));
  CHECK(Has(line(0.75, 2),
            "accuracy over 1h at least 0.75: MISSED, with 0.5000"));
  CHECK(Has(line(0.75, 3), "not told yet, with 2 of 3 pairs"));
}

TEST_CASE("a page of an id says what happens to it next") {
  KnownId known;
  KnownPrediction& prediction = known.predictions.emplace_back();
  prediction.version = "1";
  prediction.value = "UP";
  prediction.score = 0.5;
  prediction.waits = true;
  prediction.received_from_ms = prediction.received_to_ms = 1'700'000'000'000;
  prediction.expires_ms = 1'700'000'060'000;
  const json waits = json::parse(IdJson("m", "a", known));
  CHECK(waits["model"] == "m");
  CHECK(waits["id"] == "a");
  CHECK(waits["label"].is_null());
  CHECK(waits["predictions"][0] ==
        json({{"version", "1"},
              {"prediction", "UP"},
              {"score", 0.5},
              {"waits", true},
              {"received", "2023-11-14T22:13:20.000Z"},
              {"expires", "2023-11-14T22:14:20.000Z"}}));
  std::string page = IdPage(waits.dump());
  CHECK(Has(page,
            "waits for its label until 2023-11-14T22:14:20.000Z, and then "
            "expires"));
  CHECK(Has(page, "no label yet"));

  prediction.waits = false;
  prediction.received_from_ms -= 1000;
  known.label =
      KnownLabel{"DOWN", 1'700'000'000'000'000, false, 1'700'000'060'000};
  known.past_labels = {"UP"};
  page = IdPage(IdJson("m", "a", known));
  CHECK(Has(page, "Its label has joined"));
  CHECK(Has(page, "received between 2023-11-14T22:13:19.000Z and"));
  CHECK(Has(page, "label DOWN, of 2023-11-14T22:13:20.000Z"));
  CHECK(Has(page, "labels before it: UP"));

  known.predictions.clear();
  known.label->waits = true;
  page = IdPage(IdJson("m", "a", known));
  CHECK(Has(page, "no prediction is remembered"));
  CHECK(Has(page, "waits for a prediction until"));
}

TEST_CASE("a model of another task than is configured is a conflict") {
  Engine engine;
  engine.Post({Both("UP", "UP")});
  const std::string models = ModelsJson(engine.pipeline.state(), engine.now_ms);
  Settings settings = engine.settings;
  CHECK(TaskConflicts(models, settings, "http://h:9090").empty());
  settings.defaults.task = Task::kClassification;
  CHECK(TaskConflicts(models, settings, "http://h:9090").empty());
  settings.defaults.task = Task::kRegression;
  const auto conflicts = TaskConflicts(models, settings, "http://h:9090");
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0] ==
        "model \"m\" is known as classification, the file says regression, "
        "which holds once it is forgotten: plumbtool delete --url "
        "http://h:9090 m");
}
