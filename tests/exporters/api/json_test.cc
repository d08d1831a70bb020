#include "exporters/api/json.h"

#include <nlohmann/json.hpp>
#include <string>

#include "exporters/api/landing.h"
#include "exporters/api/table.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test
using nlohmann::json;

namespace {

json Answer(const Engine& engine, const std::optional<std::string>& version,
            const std::optional<std::string>& window) {
  return json::parse(ModelJson(engine.Model(), {version, window}));
}

}  // namespace

TEST_CASE("models are listed with their classes and versions") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "DOWN")});
  const json models =
      json::parse(ModelsJson(engine.pipeline.state(), engine.now_ms));
  const json& model = models["models"][0];
  CHECK(model["model"] == "m");
  CHECK(model["task"] == "classification");
  CHECK(model["classes"] == json({"UP", "DOWN"}));
  CHECK(model["versions"][0]["version"] == "1");
  CHECK(model["versions"][0]["observations"] == 1);
}

TEST_CASE("a window has its matrix as actual by predicted, and its figures") {
  Engine engine;
  engine.Post({Both("UP", "UP"), Both("UP", "DOWN"), Both("DOWN", "DOWN")});
  const json model = Answer(engine, std::nullopt, "1h");
  REQUIRE(model["results"].size() == 1);
  const json& result = model["results"][0];
  CHECK(result["segment"] == json::object());
  CHECK(result["observations"] == 3);
  CHECK(result["confusion"] == json({{1, 0}, {1, 1}}));
  CHECK(result["metrics"]["accuracy"].get<double>() == Approx(2.0 / 3));
  CHECK(result["metrics"].contains("f1_macro"));
  CHECK(result["class_metrics"]["UP"]["support"] == 1);
  CHECK(result["class_metrics"]["UP"]["precision"].get<double>() ==
        Approx(0.5));
}

TEST_CASE("a figure without a value is missing") {
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  const json result = Answer(engine, std::nullopt, "last_10")["results"][0];
  CHECK(result["observations"] == 0);
  CHECK_FALSE(result["metrics"].contains("accuracy"));
}

TEST_CASE("version and window narrow the answer, unknown ones are told") {
  Engine engine;
  TestEvent unnamed = Both("UP", "UP");
  unnamed.version = "";
  engine.Post({Both("UP", "UP"), unnamed});
  CHECK(Answer(engine, std::nullopt, std::nullopt)["results"].size() == 4);
  CHECK(Answer(engine, "", std::nullopt)["results"].size() == 2);
  CHECK(Answer(engine, "1", "1h")["results"].size() == 1);
  CHECK(Answer(engine, "1", "60m")["results"].size() == 1);
  const ModelSnapshot model = engine.Model();
  CHECK(CheckVersion({"1", "60m"}, model).empty());
  CHECK(CheckWindow({"1", "60m"}, model).empty());
  CHECK(CheckVersion({"2", {}}, model) ==
        "the model has no such version as \"2\"; the nearest: \"\", \"1\"");
  CHECK(CheckWindow({"1", "2h"}, model) ==
        "the model has no such window as \"2h\", it has \"1h\", \"last_10\"");
  CHECK(NoSuchModel(engine.pipeline.state(), "M") ==
        "no such model as \"M\"; the nearest: \"m\"");
}

TEST_CASE("what was rejected last is in the status and on the first page") {
  const Engine engine;
  const State& state = engine.pipeline.state();
  DaemonFigures daemon;
  CHECK(json::parse(StatusJson(state, {}, daemon,
                               engine.now_ms))["recent_rejections"] ==
        json::array());
  CHECK(LandingPage(state, true, engine.now_ms, {}).find("Rejected") ==
        std::string::npos);

  daemon.rejections.recent = {{1'700'000'000'000, "<b>&", "lable",
                               "unknown_field", "lable: no such field"},
                              {0, "", "", "invalid_body", "no JSON"}};
  const json recent = json::parse(
      StatusJson(state, {}, daemon, engine.now_ms))["recent_rejections"];
  REQUIRE(recent.size() == 2);
  CHECK(recent[0] == json({{"time", "2023-11-14T22:13:20.000Z"},
                           {"model", "<b>&"},
                           {"field", "lable"},
                           {"code", "unknown_field"},
                           {"message", "lable: no such field"}}));
  const std::string page =
      LandingPage(state, true, engine.now_ms, daemon.rejections);
  CHECK(page.find("<td>&lt;b&gt;&amp;</td><td>unknown_field</td>") !=
        std::string::npos);
  CHECK(page.find("<td>no JSON</td>") != std::string::npos);
}

TEST_CASE("the table shows each window, and errors are told apart") {
  Engine engine;
  engine.Post({Both("UP", "DOWN")});
  const std::string table = ModelTable(ModelJson(engine.Model(), {}));
  CHECK(table.find("last_10") != std::string::npos);
  CHECK(table.find("accuracy") != std::string::npos);
  CHECK(ModelTable("no json").empty());
  CHECK(ErrorMessage(R"({"error": {"code": "x", "message": "why"}})") == "why");
  CHECK(ErrorMessage("plain") == "plain");
}
