#include "exporters/api/merged.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "exporters/api/json.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test
using nlohmann::json;

namespace {

const std::string kA = "http://a:9351";
const std::string kB = "http://b:9351";

std::string ModelsOf(const Engine& engine) {
  return ModelsJson(engine.pipeline.state(), engine.now_ms);
}

std::string AnswerOf(const Engine& engine) {
  return ModelJson(engine.Model(), {});
}

Merged SumOfModels(const Engine& a, const Engine& b) {
  return MergedModels({{kA, ModelsOf(a)}, {kB, ModelsOf(b)}});
}

Merged SumOf(const Engine& a, const Engine& b) {
  return MergedModel({{kA, AnswerOf(a)}, {kB, AnswerOf(b)}},
                     {{kA, ModelsOf(a)}, {kB, ModelsOf(b)}});
}

bool Has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

// All notes, in one text.
std::string Notes(const Merged& merged) {
  std::string text;
  for (const std::string& note : merged.notes) text += note + "\n";
  return text;
}

// Two daemons that share events, and one with all events.
struct Daemons {
  Engine a, b, all;

  explicit Daemons(void (*configure)(Settings*) = [](Settings*) {}) {
    for (Engine* engine : {&a, &b, &all}) {
      engine->settings.defaults.windows = {TimeWindow("1h", Engine::kHour),
                                           LastWindow(10'000)};
      configure(&engine->settings);
      REQUIRE(engine->Use());
    }
  }
  void Post(const TestEvent& event, bool to_a) {
    (to_a ? a : b).Post({event});
    all.Post({event});
  }
  // Posts each event to one of the two at random.
  template <class MakeEvent>
  void PostAtRandom(uint32_t seed, int events, MakeEvent make) {
    std::mt19937 random(seed);
    for (int i = 0; i < events; ++i) {
      const TestEvent event = make(&random);
      Post(event, random() % 3 == 0);
    }
  }
};

uint32_t Below(uint32_t end, std::mt19937* random) { return (*random)() % end; }

std::string AnyOf(const std::vector<std::string>& names, std::mt19937* random) {
  return names[Below(static_cast<uint32_t>(names.size()), random)];
}

// Compares numbers except their last digits, and everything else exactly.
void CheckSame(const json& sum, const json& one) {
  INFO(sum.dump() << "\n" << one.dump());
  if (one.is_number() && sum.is_number()) {
    CHECK(sum.get<double>() ==
          Approx(one.get<double>()).epsilon(1e-12).margin(1e-12));
    return;
  }
  if (!one.is_object() || !sum.is_object()) {
    CHECK(sum == one);
    return;
  }
  for (const auto& [name, value] : one.items()) {
    INFO(name);
    if (!sum.contains(name)) {
      CHECK(name == "it is in the sum");
      continue;
    }
    CheckSame(sum[name], value);
  }
  CHECK(sum.size() == one.size());
}

// The matrix by the names of classes.
json NamedMatrix(const json& result) {
  json matrix = json::object();
  for (size_t i = 0; i < result["classes"].size(); ++i) {
    for (size_t j = 0; j < result["classes"].size(); ++j) {
      matrix[result["classes"][i].get<std::string>()]
            [result["classes"][j].get<std::string>()] =
                result["confusion"][i][j];
    }
  }
  return matrix;
}

// The result of the same version, window and segment.
json Matching(const json& results, const json& result) {
  for (const json& other : results) {
    if (other["version"] == result["version"] &&
        other["window"] == result["window"] &&
        other["segment"] == result["segment"]) {
      return other;
    }
  }
  return nullptr;
}

// The sum has all figures of one daemon with all events, except these.
void CheckLike(const Merged& merged, const Engine& one,
               const std::set<std::string>& left_out) {
  REQUIRE(merged.error == "");
  const json sum = json::parse(merged.text);
  json expected = json::parse(AnswerOf(one));
  CHECK(sum["model"] == expected["model"]);
  REQUIRE(sum["results"].size() == expected["results"].size());
  for (size_t i = 0; i < sum["results"].size(); ++i) {
    json result = sum["results"][i];
    json like = expected["results"][i];
    CHECK(Matching(expected["results"], result) == like);
    for (const std::string& name : left_out) {
      CHECK_FALSE(result["metrics"].contains(name));
      like["metrics"].erase(name);
    }
    for (const char* of_history : {"anomalies", "anomalous", "drift"}) {
      like.erase(of_history);
    }
    if (like.contains("confusion")) {
      CheckSame(NamedMatrix(result), NamedMatrix(like));
      result.erase("confusion");
      like.erase("confusion");
    }
    if (like.contains("classes")) {
      std::sort(result["classes"].begin(), result["classes"].end());
      std::sort(like["classes"].begin(), like["classes"].end());
    }
    CheckSame(result, like);
  }
}

}  // namespace

TEST_CASE("a model split over daemons has the matrix figures of one with all") {
  for (const uint32_t seed : {1u, 2u, 3u}) {
    Daemons daemons([](Settings* settings) {
      settings->defaults.positive_class = "UP";
      settings->defaults.slices = {{"day"}};
    });
    daemons.PostAtRandom(seed, 300, [](std::mt19937* random) {
      const std::vector<std::string> classes = {"UP", "DOWN", "SAME", "NONE"};
      TestEvent event = Both(AnyOf(classes, random), AnyOf(classes, random));
      // The daemons meet classes, versions and segments in their own order.
      if (Below(2, random) == 0) event.label = event.prediction;
      event.version = AnyOf({"1", "2"}, random);
      event.segments = {{"day", AnyOf({"sunday", "monday"}, random)}};
      return event;
    });
    CheckLike(SumOf(daemons.a, daemons.b), daemons.all, {"label_coverage"});
  }
}

TEST_CASE("windows that are empty at one daemon, or at all, add up") {
  Daemons daemons;
  daemons.Post(Prediction("x", "UP"), false);
  daemons.Post(Both("UP", "DOWN"), true);
  CheckLike(SumOf(daemons.a, daemons.b), daemons.all, {"label_coverage"});
  Daemons empty;
  empty.Post(Prediction("x", "UP"), false);
  empty.Post(Prediction("y", "DOWN"), true);
  CheckLike(SumOf(empty.a, empty.b), empty.all, {"label_coverage"});
}

TEST_CASE("classes too many for a matrix add up by class") {
  Daemons daemons([](Settings* settings) { settings->matrix_classes = 2; });
  daemons.PostAtRandom(7, 300, [](std::mt19937* random) {
    const std::vector<std::string> classes = {"a", "b", "c", "d", "e"};
    return Both(AnyOf(classes, random), AnyOf(classes, random));
  });
  const Merged sum = SumOf(daemons.a, daemons.b);
  CheckLike(sum, daemons.all, {"label_coverage", "top_confusion_observations"});
  CHECK(Has(Notes(sum), "the most frequent misses"));
}

TEST_CASE("a matrix adds to the classes of a daemon that has none any more") {
  Daemons daemons([](Settings* settings) { settings->matrix_classes = 2; });
  for (const char* label : {"a", "b", "c"}) {
    daemons.Post(Both("a", label), true);
  }
  daemons.Post(Both("b", "a"), false);
  const Merged sum = SumOf(daemons.a, daemons.b);
  CHECK_FALSE(json::parse(sum.text)["results"][0].contains("confusion"));
  CheckLike(sum, daemons.all, {"label_coverage", "top_confusion_observations"});
}

TEST_CASE("sets of classes add up") {
  Daemons daemons;
  daemons.PostAtRandom(5, 200, [](std::mt19937* random) {
    const auto any_set = [random] {
      TestEvent::Set set;
      for (const char* name : {"a", "b", "c"}) {
        if (Below(2, random) == 0) set.emplace_back(name);
      }
      return set;
    };
    const TestEvent::Set prediction = any_set();
    return Both(prediction, Below(3, random) == 0 ? prediction : any_set());
  });
  CheckLike(SumOf(daemons.a, daemons.b), daemons.all, {"label_coverage"});
}

TEST_CASE("the mean errors of a regression add up, weighted by pairs") {
  Daemons daemons;
  daemons.PostAtRandom(3, 200, [](std::mt19937* random) {
    return Both(Below(1000, random) / 8.0 + 0.5, Below(1000, random) / 8.0);
  });
  const Merged sum = SumOf(daemons.a, daemons.b);
  CheckLike(sum, daemons.all,
            {"label_coverage", "r2", "mean_absolute_percentage_error",
             "absolute_error_quantiles"});
  CHECK(Has(Notes(sum),
            "left out, because the daemons' answers lack the data: R2, mean "
            "absolute percentage error, quantiles, label coverage"));
}

TEST_CASE("squares of errors that no double holds do not spoil the root") {
  Daemons daemons;
  daemons.Post(Both(1e200, 0.5), true);
  daemons.Post(Both(3e200, 0.5), false);
  CheckLike(SumOf(daemons.a, daemons.b), daemons.all,
            {"label_coverage", "r2", "mean_absolute_percentage_error",
             "absolute_error_quantiles"});
}

TEST_CASE("figures of scores are left out, and a note says which") {
  Daemons daemons([](Settings* settings) {
    settings->defaults.positive_class = "UP";
    settings->defaults.thresholds = {{"0.3", 0.3}};
  });
  daemons.PostAtRandom(3, 50, [](std::mt19937* random) {
    TestEvent event =
        Both(AnyOf({"UP", "DOWN"}, random), AnyOf({"UP", "DOWN"}, random));
    event.score = Below(100, random) / 100.0;
    return event;
  });
  const Merged sum = SumOf(daemons.a, daemons.b);
  for (const char* kind : {"ROC AUC", "log loss", "calibration", "thresholds",
                           "estimates", "label coverage"}) {
    CHECK(Has(Notes(sum), kind));
  }
  const json result = json::parse(sum.text)["results"][0];
  CHECK(result["metrics"].contains("accuracy"));
  CHECK(result["metrics"].contains("f1_binary"));
  CHECK_FALSE(result["metrics"].contains("roc_auc_binary"));
  CHECK_FALSE(result["metrics"].contains("thresholds"));
}

TEST_CASE("the models of daemons are listed with their sums") {
  Daemons daemons;
  TestEvent other = Both("x", "y");
  other.model = "other";
  daemons.Post(other, false);
  daemons.Post(Both("UP", "UP"), true);
  daemons.a.now_ms += 60'000;
  daemons.b.now_ms += 60'000;
  daemons.all.now_ms += 60'000;
  daemons.Post(Both("UP", "DOWN"), false);
  TestEvent newer = Both("SAME", "UP");
  newer.version = "2";
  daemons.Post(newer, true);
  const Merged sum = SumOfModels(daemons.a, daemons.b);
  REQUIRE(sum.error == "");
  json models = json::parse(sum.text);
  json expected = json::parse(ModelsOf(daemons.all));
  // In the order of the first daemon.
  CHECK(models["models"][0]["classes"] == json({"UP", "SAME", "DOWN"}));
  models["models"][0].erase("classes");
  expected["models"][0].erase("classes");
  CHECK(models == expected);
}

TEST_CASE("a model that one daemon alone has keeps all its figures") {
  Daemons daemons;
  daemons.Post(Both("UP", "UP"), true);
  const Merged sum =
      MergedModel({{kA, AnswerOf(daemons.a)}},
                  {{kA, ModelsOf(daemons.a)}, {kB, ModelsOf(daemons.b)}});
  CHECK(sum.text == AnswerOf(daemons.all));
  CHECK(sum.notes.empty());
}

TEST_CASE("another task or positive class is an error that names both") {
  Daemons tasks;
  tasks.a.Post({Both("UP", "UP")});
  tasks.b.Post({Both(1.5, 2.5)});
  const std::string wrong =
      "model \"m\": its task is classification at http://a:9351 and regression "
      "at http://b:9351, so they do not add up";
  CHECK(SumOf(tasks.a, tasks.b).error == wrong);
  CHECK(SumOf(tasks.a, tasks.b).text == "");

  Daemons classes;
  classes.a.settings.defaults.positive_class = "UP";
  classes.b.settings.defaults.positive_class = "DOWN";
  classes.a.Use();
  classes.b.Use();
  classes.a.Post({Both("UP", "UP")});
  classes.b.Post({Both("UP", "UP")});
  CHECK(Has(SumOf(classes.a, classes.b).error,
            "its positive class is UP at http://a:9351 and DOWN at "
            "http://b:9351"));
}

TEST_CASE("models that differ leave the others in the list") {
  Daemons daemons;
  daemons.a.Post({Both("UP", "UP")});
  daemons.b.Post({Both(1.5, 2.5)});
  const Merged none = SumOfModels(daemons.a, daemons.b);
  CHECK(none.error == "");
  CHECK(none.text == "");  // not an empty list
  TestEvent other = Both("x", "y");
  other.model = "other";
  daemons.Post(other, true);
  const Merged sum = SumOfModels(daemons.a, daemons.b);
  CHECK(sum.error == "");
  const json models = json::parse(sum.text)["models"];
  REQUIRE(models.size() == 1);
  CHECK(models[0]["model"] == "other");
  REQUIRE(sum.apart.size() == 1);
  CHECK(sum.apart[0] == SumOf(daemons.a, daemons.b).error);
}

TEST_CASE("true and 1 are one class, in the spelling of the first daemon") {
  for (const bool matrix : {true, false}) {
    Daemons daemons;
    for (Engine* engine : {&daemons.a, &daemons.b, &daemons.all}) {
      engine->settings.matrix_classes = matrix ? 2 : 1;
      REQUIRE(engine->Use());
    }
    daemons.Post(Both("true", "false"), true);
    daemons.Post(Both("true", "true"), true);
    daemons.Post(Both("1", "1"), false);
    daemons.Post(Both("1", "0"), false);
    daemons.Post(Both("0", "1"), false);
    // Only one daemon has it.
    TestEvent newer = Both("0", "1");
    newer.version = "2";
    daemons.Post(newer, false);

    std::set<std::string> left_out = {"label_coverage"};
    if (!matrix) left_out.insert("top_confusion_observations");
    CheckLike(SumOf(daemons.a, daemons.b), daemons.all, left_out);
    const json sum = json::parse(SumOf(daemons.a, daemons.b).text);
    for (const json& result : sum["results"]) {
      CHECK(result["classes"] == json({"true", "false"}));
      CHECK(result["class_metrics"].size() == 2);
    }
    const json list = json::parse(SumOfModels(daemons.a, daemons.b).text);
    CHECK(list == json::parse(ModelsOf(daemons.all)));
    CHECK(list["models"][0]["positive_class"] == "true");

    const json turned = json::parse(SumOf(daemons.b, daemons.a).text);
    CHECK(turned["results"][0]["classes"] == json({"1", "0"}));
  }
}

TEST_CASE("what one daemon alone says has the spelling of the list") {
  Daemons daemons;
  daemons.Post(Both("true", "false"), true);
  daemons.Post(Both("1", "0"), false);
  const Merged sum =
      MergedModel({{kB, AnswerOf(daemons.b)}},
                  {{kA, ModelsOf(daemons.a)}, {kB, ModelsOf(daemons.b)}});
  REQUIRE(sum.error == "");
  const json result = json::parse(sum.text)["results"][0];
  CHECK(result["classes"] == json({"true", "false"}));
  CHECK(result["class_metrics"].contains("false"));
}

TEST_CASE("an assumed positive class ends where all classes let none be") {
  Daemons daemons;
  daemons.Post(Both("1", "0"), true);
  daemons.Post(Both("0", "0"), false);
  CheckLike(SumOf(daemons.a, daemons.b), daemons.all, {"label_coverage"});
  json sum = json::parse(SumOfModels(daemons.a, daemons.b).text);
  CHECK(sum["models"][0]["positive_class"] == "1");
  CHECK(sum["models"][0]["assumed"] == json({"task", "positive_class"}));

  daemons.Post(Both("2", "0"), false);
  CheckLike(SumOf(daemons.a, daemons.b), daemons.all, {"label_coverage"});
  sum = json::parse(SumOfModels(daemons.a, daemons.b).text);
  CHECK(sum["models"][0]["positive_class"].is_null());
  CHECK(sum["models"][0]["assumed"] == json({"task"}));
}

TEST_CASE("figures that a daemon withholds are not in the sum") {
  Daemons daemons(
      [](Settings* settings) { settings->defaults.min_coverage = 0.6; });
  daemons.Post(Both("UP", "UP"), true);
  daemons.Post(Prediction("x", "UP"), true);
  daemons.Post(Prediction("y", "UP"), false);
  // Both withhold figures, and so would one daemon.
  CheckLike(SumOf(daemons.a, daemons.b), daemons.all, {"label_coverage"});
  // One has enough labels. The answers do not tell whether the sum has.
  daemons.b.Post({Label("y", "UP")});
  const Merged sum = SumOf(daemons.a, daemons.b);
  const json window = json::parse(sum.text)["results"][0];
  CHECK(window["metrics"] == json::object());
  CHECK(window["confusion"] == json({{2}}));
  CHECK(window["class_metrics"]["UP"] ==
        json({{"support", 2}, {"predicted", 2}}));
  CHECK(Has(Notes(sum),
            "figures of window 1h are left out, as a daemon "
            "withholds them (min_coverage)"));
}

TEST_CASE("a window that a daemon does not have is left out of the sum") {
  Daemons daemons;
  daemons.a.settings.defaults.windows = {TimeWindow("60m", Engine::kHour),
                                         TimeWindow("24h", Engine::kDay)};
  daemons.a.Use();
  daemons.Post(Both("UP", "UP"), true);
  daemons.Post(Both("UP", "DOWN"), false);
  const Merged sum = SumOf(daemons.a, daemons.b);
  const json results = json::parse(sum.text)["results"];
  REQUIRE(results.size() == 1);  // for all spellings of its length
  CHECK(results[0]["window"] == "60m");
  CHECK(results[0]["observations"] == 2);
  CHECK(Has(Notes(sum), "window 24h is left out, as http://b:9351 does not"));
  CHECK(Has(Notes(sum),
            "window last_10000 is left out, as http://a:9351 does not"));
}

TEST_CASE("a note says where last pairs are more than those of one daemon") {
  Daemons daemons(
      [](Settings* settings) { settings->defaults.windows = {LastWindow(2)}; });
  daemons.Post(Both("UP", "UP"), true);
  daemons.Post(Both("UP", "UP"), false);
  CHECK_FALSE(Has(Notes(SumOf(daemons.a, daemons.b)), "last_2"));
  daemons.Post(Both("UP", "UP"), false);
  const Merged sum = SumOf(daemons.a, daemons.b);
  CHECK(json::parse(sum.text)["results"][0]["observations"] == 3);
  CHECK(Has(Notes(sum), "window last_2 has the last pairs of each daemon"));
}

TEST_CASE("objectives that daemons do not share are not judged") {
  const auto status = [](const std::string& min) {
    return R"({"config": {"models": [{"match": "*", "objectives":
               [{"metric": "accuracy", "window": "1h", "min": )" +
           min + "}]}]}}";
  };
  const Merged same =
      MergedStatus({{kA, status("0.5")}, {kB, status("0.5")}}, "m");
  CHECK(same.text == status("0.5"));
  CHECK(same.notes.empty());
  const Merged differ =
      MergedStatus({{kA, status("0.5")}, {kB, status("0.6")}}, "m");
  CHECK(differ.text == "{}");
  CHECK(Has(Notes(differ), "objectives are not judged"));
}

TEST_CASE("what is no answer of a daemon is an error that names it") {
  Daemons daemons;
  daemons.Post(Both("UP", "UP"), true);
  CHECK(
      Has(MergedModels({{kA, ModelsOf(daemons.a)}, {kB, "<html>"}}).error, kB));
  CHECK(Has(MergedModel({{kA, AnswerOf(daemons.a)}, {kB, "{}"}},
                        {{kA, ModelsOf(daemons.a)}})
                .error,
            kB));
  const Merged bare = MergedModels({{kA, R"({"models": [{"model": "m"}]})"}});
  CHECK(Has(bare.error, "do not add up"));
  CHECK(bare.text == "");
}
