#include "config/loader.h"

#include "config/units.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::vector<ConfigProblem> Problems(const std::string& text) {
  std::vector<ConfigProblem> problems;
  CHECK_FALSE(LoadConfig(text, &problems));
  return problems;
}

}  // namespace

TEST_CASE("an empty file means the defaults") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig("", &problems);
  REQUIRE(config);
  CHECK(config->engine.horizon_ms == 7LL * 24 * 3600 * 1000);
  CHECK(config->engine.defaults.windows.size() == 4);
  CHECK(config->body_bytes == 8 << 20);
}

TEST_CASE("every problem is told at once, with path and line") {
  const auto problems = Problems(
      "windows: [5m, 300s]\n"
      "join:\n"
      "  horizon: soon\n"
      "  horizons: 7d\n"
      "limits:\n"
      "  classes: 1\n"
      "models:\n"
      "  - task: clustering\n");
  REQUIRE(problems.size() == 6);
  CHECK(problems[0].path == "windows[1]");
  CHECK(problems[1].path == "join.horizon");
  CHECK(problems[1].line == 3);
  CHECK(problems[2].path == "join.horizons");
  CHECK(problems[3].path == "limits.classes");
  CHECK(problems[3].message.find("from 2 to 10000") != std::string::npos);
  for (const auto& problem : problems) CHECK(problem.line > 0);
}

TEST_CASE("a number is to be one, and in its range") {
  const auto problems = Problems(
      "models:\n"
      "  - {match: a, min_coverage: 1.5}\n"
      "  - {match: b, min_coverage: much}\n"
      "  - {match: c, min_coverage: .nan}\n");
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].message.find("from 0 to 1") != std::string::npos);
  CHECK(problems[1].message.find("must be a number") != std::string::npos);
  CHECK(problems[2].path == "models[2].min_coverage");
}

TEST_CASE("a window that does not divide names the nearest that does") {
  const auto problems = Problems("slots_per_window: 7\nwindows: [5m]\n");
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.find("nearest that does is 301s") !=
        std::string::npos);
}

TEST_CASE("a model inherits what its entry leaves out") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(
      "windows: [1h]\n"
      "models:\n"
      "  - {match: 'a-*', positive_class: 1, classes: [0, 1], "
      "min_coverage: 0.25}\n"
      "  - {match: '*', windows: [last_5]}\n",
      &problems);
  REQUIRE(config);
  CHECK(config->engine.For("a-b").positive_class == "1");
  CHECK(config->engine.For("a-b").windows[0].name == "1h");
  CHECK(config->engine.For("b").windows[0].last == 5);
  CHECK(config->engine.For("a-b").min_coverage == 0.25);
  CHECK(config->engine.For("b").min_coverage == 0);
}

TEST_CASE("objectives belong to the entry that they stand in") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(R"(
windows: [1h]
models:
  - match: a
  - match: b
    objectives:
      - {metric: f1_macro, window: 1h, min: 0.5}
      - {metric: cohen_kappa, window: 1h, min: -0.1, max: 0.9, min_observations: 7}
)",
                                 &problems);
  REQUIRE(config);
  REQUIRE(config->objectives.size() == 2);
  CHECK(config->objectives[0].rule == 1);
  CHECK(config->objectives[0].metric == "f1_macro");
  CHECK(config->objectives[0].min == 0.5);
  CHECK_FALSE(config->objectives[0].max);
  CHECK(config->objectives[0].min_observations == 100);
  CHECK(config->objectives[1].min == -0.1);
  CHECK(config->objectives[1].max == 0.9);
  CHECK(config->objectives[1].min_observations == 7);
}

TEST_CASE("quality is estimated unless a model says otherwise") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(
      "models:\n"
      "  - match: a\n"
      "  - {match: b, estimate: false}\n"
      "  - {match: c, estimate: true, windows: [1h, last_9], objectives: "
      "[{metric: estimated_accuracy, window: 1h, min: 0.9}]}\n",
      &problems);
  REQUIRE(config);
  CHECK(config->engine.For("a").estimate);
  CHECK_FALSE(config->engine.For("b").estimate);
  CHECK(config->engine.For("c").estimate);
  CHECK(config->engine.For("others").estimate);

  CHECK_FALSE(
      LoadConfig("models:\n"
                 "  - {match: a, estimate: maybe}\n"
                 "  - {match: b, windows: [last_9], objectives: "
                 "[{metric: estimated_accuracy, window: last_9, "
                 "min: 0.9}]}\n",
                 &problems));
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].path == "models[0].estimate");
  CHECK(problems[1].message ==
        "must be a time window: others have no estimated_accuracy");
}

TEST_CASE("drift is of predictions and scores, of features where named") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(
      "models:\n"
      "  - match: a\n"
      "  - {match: b, drift: {of: [], features: [x, \"y z\"]}}\n"
      "  - {match: c, drift: {of: [score], reference: first_500}}\n"
      "  - match: d\n"
      "    drift:\n"
      "      reference: {from: 2026-11-01T00:00:00Z, to: "
      "2026-11-08T00:00:00Z}\n"
      "  - {match: e, drift: {reference: last_week}}\n",
      &problems);
  REQUIRE(config);
  const auto drift = [&](const char* model) {
    return config->engine.For(model).drift;
  };
  for (const char* model : {"a", "e", "other"}) {
    CHECK(drift(model).predictions);
    CHECK(drift(model).scores);
    CHECK(drift(model).features.empty());
    CHECK(drift(model).SameReference(DriftSettings()));
  }
  CHECK_FALSE(drift("b").predictions);
  CHECK(drift("b").features == std::vector<std::string>{"x", "y z"});
  CHECK_FALSE(drift("c").predictions);
  CHECK(drift("c").scores);
  CHECK(drift("c").first == 500);
  CHECK(drift("d").from_ms == 1'793'491'200'000);
  CHECK(drift("d").to_ms == 1'794'096'000'000);

  const auto wrong = Problems(
      "models:\n"
      "  - match: a\n"
      "    drift:\n"
      "      of: [predictions]\n"
      "      features: [x, x]\n"
      "      reference: first_0\n"
      "  - match: b\n"
      "    drift:\n"
      "      reference: {from: 2026-11-08T00:00:00Z, to: "
      "2026-11-08T00:00:00Z}\n"
      "      threshold: 3\n");
  std::vector<std::string> paths;
  for (const auto& problem : wrong) paths.push_back(problem.path);
  CHECK(paths == std::vector<std::string>{"models[0].drift.of[0]",
                                          "models[0].drift.features[1]",
                                          "models[0].drift.reference",
                                          "models[1].drift.reference.to",
                                          "models[1].drift.threshold"});
}

TEST_CASE("the event log is off without its key") {
  std::vector<ConfigProblem> problems;
  CHECK_FALSE(LoadConfig("", &problems)->event_log);
  const auto config = LoadConfig(
      "event_log:\n"
      "  path: log/\n"
      "  records: [label, figures]\n"
      "  sample: 0.25\n"
      "  redact: [features.a.b, metadata]\n"
      "  rotate_every: 5m\n"
      "  retain_bytes: 1GiB\n",
      &problems);
  REQUIRE(config);
  EventLogSettings wanted;
  wanted.path = "log/";
  wanted.predictions = wanted.observations = false;
  wanted.sample = 0.25;
  wanted.redact = {"features.a.b", "metadata"};
  wanted.rotate_every_ms = 300'000;
  wanted.retain_bytes = int64_t{1} << 30;
  CHECK(config->event_log == wanted);
  CHECK(LoadConfig("event_log: {path: x}", &problems)->event_log->sample == 1);

  const auto wrong = Problems(
      "event_log:\n"
      "  records: [labels, label, label]\n"
      "  sample: 1.5\n"
      "  redact: [model, latency.x, features.]\n"
      "  keep: 3d\n");
  std::vector<std::string> paths;
  for (const auto& problem : wrong) paths.push_back(problem.path);
  CHECK(paths ==
        std::vector<std::string>{"event_log.path", "event_log.records[0]",
                                 "event_log.records[2]", "event_log.sample",
                                 "event_log.redact[0]", "event_log.redact[1]",
                                 "event_log.redact[2]", "event_log.keep"});
}

TEST_CASE("without the key there is ADWIN; with it, what it names") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(
      "models:\n"
      "  - match: a\n"
      "  - {match: b, detectors: {}}\n"
      "  - {match: c, detectors: {ddm: {warm_up: 50}, page_hinkley: }}\n",
      &problems);
  REQUIRE(config);
  const auto detectors = [&](const char* model) {
    return config->engine.For(model).detectors;
  };
  CHECK(detectors("a").adwin == AdwinSettings{.delta = 0.002});
  CHECK(detectors("other").adwin);
  CHECK_FALSE(detectors("b").adwin);
  CHECK_FALSE(detectors("c").adwin);
  CHECK(detectors("c").ddm == DdmSettings{.warm_up = 50, .drift = 3});
  CHECK(detectors("c").page_hinkley == PageHinkleySettings{});
  CHECK_FALSE(detectors("c").hddm_a);

  const auto wrong = Problems(
      "models:\n"
      "  - match: a\n"
      "    detectors:\n"
      "      adwin: {delta: 0}\n"
      "      hddm_a: {confidence: 1.5, drift: 3}\n"
      "      kswin: {}\n");
  REQUIRE(wrong.size() == 4);
  CHECK(wrong[0].path == "models[0].detectors.adwin.delta");
  CHECK(wrong[1].path == "models[0].detectors.hddm_a.confidence");
  CHECK(wrong[2].path == "models[0].detectors.hddm_a.drift");
  CHECK(wrong[3].path == "models[0].detectors.kswin");
  CHECK(wrong[3].line == 6);
}

TEST_CASE("settings survive their encoding") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(
      "join: {when_full: evict_oldest, horizon: 2h}\n"
      "models: [{match: x, task: regression, classes: [a, b],"
      " min_coverage: 0.5, detectors: {hddm_a: {confidence: 0.25}}}]\n",
      &problems);
  REQUIRE(config);
  const std::string bytes = EncodeSettings(config->engine);
  const auto decoded = DecodeSettings(bytes);
  REQUIRE(decoded);
  CHECK(EncodeSettings(*decoded) == bytes);
  CHECK(decoded->evict_oldest);
  CHECK(decoded->model_rules[0].task == Task::kRegression);
  CHECK(decoded->model_rules[0].min_coverage == 0.5);
  CHECK(decoded->model_rules[0].detectors.hddm_a->confidence == 0.25);
  CHECK_FALSE(decoded->model_rules[0].detectors.adwin);
  CHECK(decoded->defaults.detectors.adwin);
  CHECK_FALSE(DecodeSettings(bytes.substr(0, bytes.size() - 1)));
}

TEST_CASE("durations and sizes are read and written") {
  CHECK(ParseDuration("90s") == 90'000);
  CHECK_FALSE(ParseDuration("1.5h"));
  CHECK_FALSE(ParseDuration("9223372036854775807d"));
  CHECK(FormatDuration(5'400'000) == "90m");
  CHECK(ParseSize("64KiB") == 65536);
  CHECK_FALSE(ParseSize("64KB"));
  CHECK(FormatSize(3LL << 30) == "3GiB");
}

TEST_CASE("globs match as shells do") {
  CHECK(GlobMatches("nsw-*", "nsw-price"));
  CHECK(GlobMatches("*a*b", "xaybab"));
  CHECK(GlobMatches("a?c", "abc"));
  CHECK_FALSE(GlobMatches("nsw-*", "vic-price"));
  CHECK_FALSE(GlobMatches("a?", "a"));
  // A character, not a byte.
  CHECK(GlobMatches("caf?", "caf\u00e9"));
  CHECK_FALSE(GlobMatches("caf??", "caf\u00e9"));
}

TEST_CASE("an empty value is told on the line of its key") {
  const auto problems = Problems(
      "join:\n"
      "  horizon:\n"
      "  label_horizon: 1m\n"
      "models:\n"
      "  - match:\n"
      "    task: classification\n");
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].line == 2);
  CHECK(problems[1].line == 5);
}

TEST_CASE("a bad number of slots is one problem") {
  for (const char* slots : {"1001", "0", "abc", "1.5", "'60'"}) {
    const auto problems = Problems("slots_per_window: " + std::string(slots) +
                                   "\nwindows: [1000s, 7s]\n");
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].path == "slots_per_window");
  }
}

TEST_CASE("anomalies have defaults, and name figures") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(
      "models:\n"
      "  - match: a\n"
      "  - {match: b, anomalies: {metrics: [recall_binary], threshold: 3}}\n"
      "  - {match: c, anomalies: {metrics: []}}\n",
      &problems);
  REQUIRE(config);
  const auto anomalies = [&](const char* model) {
    return config->engine.For(model).anomalies;
  };
  CHECK(anomalies("a").metrics ==
        std::vector<std::string>{"accuracy", "f1_macro"});
  CHECK(anomalies("a").threshold == 4);
  CHECK(anomalies("b").metrics == std::vector<std::string>{"recall_binary"});
  CHECK(anomalies("b").threshold == 3);
  CHECK(anomalies("b").min_history_ms == 24LL * 3600 * 1000);
  CHECK(anomalies("c").metrics.empty());
  const auto wrong = Problems(
      "models:\n"
      "  - match: a\n"
      "    anomalies:\n"
      "      metrics: [accuracy, quality, accuracy]\n"
      "      threshold: 0\n"
      "      min_history: 5m\n"
      "      window: 1h\n");
  REQUIRE(wrong.size() == 5);
  CHECK(wrong[0].path == "models[0].anomalies.metrics[1]");
  CHECK(wrong[1].path == "models[0].anomalies.metrics[2]");
  CHECK(wrong[4].path == "models[0].anomalies.window");
}
