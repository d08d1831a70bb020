#include "config/windows.h"

#include "config/loader.h"
#include "config/reach.h"
#include "config/units.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::vector<std::string> Problems(const std::string& text) {
  std::vector<ConfigProblem> problems;
  LoadConfig(text, &problems);
  std::vector<std::string> paths;
  for (const auto& problem : problems) paths.push_back(problem.path);
  return paths;
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("a window is found by every spelling of its length") {
  const WindowSettings hour = *ParseWindow("1h", 60);
  CHECK(IsWindow(hour, "60m"));
  CHECK(IsWindow(hour, "3600s"));
  CHECK_FALSE(IsWindow(hour, "2h"));
  CHECK_FALSE(IsWindow(hour, "last_3600000"));
  CHECK(IsWindow(*ParseWindow("24h", 60), "1d"));
  CHECK(IsWindow(*ParseWindow("last_10", 60), "last_10"));
  const std::vector<WindowSettings> windows = {hour};
  CHECK(FindWindow("60m", windows) == &windows[0]);
  CHECK(FindWindow("soon", windows) == nullptr);
}

TEST_CASE("an objective finds its window by another spelling, or is told all") {
  std::vector<ConfigProblem> problems;
  const std::string model =
      "windows: [24h, 1h]\n"
      "models: [{match: m, objectives: [{metric: accuracy, min: 1, window: ";
  const auto config = LoadConfig(model + "1d}]}]", &problems);
  REQUIRE(config);
  CHECK(config->objectives[0].window == "24h");
  CHECK_FALSE(LoadConfig(model + "2d}]}]", &problems));
  CHECK(problems[0].message == "must be a window of the model: 24h, 1h");
}

TEST_CASE("windows that no model has need not divide into slots") {
  const std::string slots = "slots_per_window: 7\n";
  const std::string own = "windows: [7s, last_5]}";
  // The defaults are in use unless every model has windows of its own.
  CHECK(Problems(slots) == Paths{"windows", "windows", "windows"});
  CHECK(Problems(slots + "models: [{match: '*', " + own + "]").empty());
  CHECK(Problems(slots + "models: [{match: '?*', " + own + "]").empty());
  CHECK(Problems(slots + "models: [{match: 'a*', " + own + "]").size() == 3);
  CHECK(Problems(slots + "models: [{match: a}, {match: '*', " + own + "]")
            .size() == 3);
  CHECK(Problems(slots + "models: [{match: '*', " + own + ", {match: a}]")
            .empty());
  // The same for windows that the file names.
  CHECK(Problems(slots + "windows: [5m]\nmodels: [{match: '*', " + own + "]")
            .empty());
  CHECK(Problems(slots + "windows: [5m]\nmodels: [{match: 'a', " + own + "]") ==
        Paths{"windows[0]"});
  CHECK(Problems(slots + "windows: [last_5]").empty());
  // An entry after one that matches all its models.
  CHECK(Problems(slots + "models: [{match: '*', " + own +
                 ", {match: b, windows: [5m]}]")
            .empty());
  CHECK(Problems(slots + "models: [{match: b, windows: [5m]}, {match: '*', " +
                 own + "]") == Paths{"models[0].windows[0]"});
}

TEST_CASE("an entry that matches no model has a note") {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(
      "models:\n"
      "  - {match: 'a-*'}\n"
      "  - {match: b}\n"
      "  - {match: a-1}\n",
      &problems);
  REQUIRE(config);
  REQUIRE(config->notes.size() == 1);
  CHECK(config->notes[0].line == 4);
  CHECK(config->notes[0].path == "models[2].match");
}

TEST_CASE("a glob covers what it matches all of") {
  CHECK(Covers("*", "a?*"));
  CHECK(Covers("**", "a"));
  CHECK(Covers("?*", "*a"));
  CHECK(Covers("a*", "a?b*"));
  CHECK(Covers("a?", "a?"));
  CHECK_FALSE(Covers("a*", "*a"));
  CHECK_FALSE(Covers("a?", "a*"));
  CHECK_FALSE(Covers("??*", "a"));
  CHECK_FALSE(Covers("a", "a*"));
}

TEST_CASE("an unknown key, and an unknown figure, name the nearest") {
  std::vector<ConfigProblem> problems;
  CHECK_FALSE(LoadConfig("join: {horzion: 7d}", &problems));
  CHECK(problems[0].message.find("nearest: \"horizon\"") != std::string::npos);
  problems.clear();
  CHECK_FALSE(LoadConfig(
      "models: [{match: m, anomalies: {metrics: [f1]}, objectives: [{metric: "
      "accurracy, window: 1h, min: 1}]}]",
      &problems));
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].message.find("\"accuracy\"") != std::string::npos);
  CHECK(problems[1].message.find("\"f1_macro\"") != std::string::npos);
}

TEST_CASE("a version makes room, or is refused, as the limits say") {
  std::vector<ConfigProblem> problems;
  CHECK(LoadConfig("", &problems)->engine.retire_oldest_version);
  const auto limits = [&](const std::string& word) {
    return LoadConfig("limits: {versions_when_full: " + word + "}", &problems);
  };
  CHECK(limits("retire_oldest")->engine.retire_oldest_version);
  CHECK_FALSE(limits("reject")->engine.retire_oldest_version);
  CHECK_FALSE(limits("retire"));
}
