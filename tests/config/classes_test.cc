#include "config/loader.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

using Names = std::vector<std::string>;
using Aliases = std::vector<std::pair<std::string, std::string>>;

Config Good(const std::string& text) {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfig(text, &problems);
  INFO(Describe("file", problems));
  REQUIRE(config);
  return *config;
}

ModelSettings Model(const std::string& keys) {
  return Good("models: [{match: m, " + keys + "}]").engine.model_rules[0];
}

// The only problem of an entry with these keys.
std::string Wrong(const std::string& keys) {
  std::vector<ConfigProblem> problems;
  CHECK_FALSE(LoadConfig("models: [{match: m, " + keys + "}]", &problems));
  REQUIRE(problems.size() == 1);
  return problems[0].path + ": " + problems[0].message;
}

Names Notes(const std::string& keys) {
  Names notes;
  for (const auto& note : Good("models: [{match: m, " + keys + "}]").notes) {
    notes.push_back(note.path + ": " + note.message);
  }
  return notes;
}

}  // namespace

TEST_CASE("classes are read in their one spelling, quoted or not") {
  CHECK(Model("classes: [0.0, 1.0]").classes == Names{"0", "1"});
  CHECK(Model("classes: ['0.00', \"1.0\"]").classes == Names{"0", "1"});
  CHECK(Model("classes: [FALSE, True]").classes == Names{"false", "true"});
  CHECK(Model("classes: ['False', \"TRUE\"]").classes ==
        Names{"false", "true"});
  CHECK(Model("classes: [' yes ', \"no\\t\", 007, -0]").classes ==
        Names{"yes", "no", "007", "0"});
  CHECK(Model("classes: [1e2, 1.5, '1e2', 1.5e0]").classes ==
        Names{"100", "1.5", "1e2", "1.5e0"});
  CHECK(Model("positive_class: True").positive_class == "true");
  CHECK(Model("positive_class: 1.0").positive_class == "1");
  CHECK(Model("positive_class: ' yes '").positive_class == "yes");
}

TEST_CASE(
    "a note says what a class is read as where it was written otherwise") {
  CHECK(Notes("classes: [a, 1.0]") ==
        Names{"models[0].classes[1]: \"1.0\" is read as \"1\""});
  CHECK(Notes("positive_class: True") ==
        Names{"models[0].positive_class: \"True\" is read as \"true\""});
  CHECK(Notes("aliases: {' up': UP}") ==
        Names{"models[0].aliases. up: \" up\" is read as \"up\""});
  CHECK(
      Notes("classes: [UP, 1], positive_class: UP, aliases: {up: UP}").empty());
}

TEST_CASE("classes that are one are there twice") {
  CHECK(Wrong("classes: [1, 1.0]") ==
        "models[0].classes[1]: is 1.0, which is there already as 1");
  CHECK(Wrong("classes: [true, a, 1]") ==
        "models[0].classes[2]: is 1, which is there already as true");
  CHECK(Wrong("classes: [0, False]") ==
        "models[0].classes[1]: is False, which is there already as 0");
  CHECK(Wrong("classes: [a, ' a']") ==
        "models[0].classes[1]: is  a, which is there already as a");
  CHECK(Wrong("classes: [UP, up], aliases: {up: UP}") ==
        "models[0].classes[1]: is up, which is there already as UP");
}

TEST_CASE("a class is neither empty nor what stands for others") {
  for (const char* keys :
       {"classes: [a, '  ']", "classes: [a, __other__]", "classes: [a, ~]",
        "classes: [a, [b]]", "classes: [a, \"b\\tc\"]"}) {
    CHECK(Wrong(keys).starts_with("models[0].classes[1]: "));
  }
  CHECK(Wrong("positive_class: ' '").find("is empty") != std::string::npos);
  CHECK(Wrong("positive_class: ' __other__ '").find("__other__") !=
        std::string::npos);
  CHECK(Wrong("aliases: {up: __other__}").starts_with("models[0].aliases.up"));
  CHECK(Wrong("aliases: {'': UP}").starts_with("models[0].aliases."));
}

TEST_CASE("the positive class is one of the classes, in their spelling") {
  const ModelSettings model =
      Model("positive_class: True, classes: [0.0, 1.0]");
  CHECK(model.classes == Names{"0", "1"});
  CHECK(model.positive_class == "1");
  CHECK(Notes("positive_class: True, classes: [0, 1]") ==
        Names{"models[0].positive_class: \"True\" is read as \"true\", which "
              "is the class \"1\" here"});
  CHECK(Wrong("positive_class: down, classes: [UP, DOWN]") ==
        "models[0].positive_class: is down, which is not in classes; the "
        "nearest: \"DOWN\", \"UP\"");
}

TEST_CASE("aliases are other spellings of a class") {
  CHECK(Model("aliases: {up: UP, ' Up ': UP, u: UP}").aliases ==
        Aliases{{"up", "UP"}, {"Up", "UP"}, {"u", "UP"}});
  CHECK(Model("aliases: {1.0: UP}").aliases == Aliases{{"1", "UP"}});
  CHECK(Model("aliases: {1.0: UP}").ClassOf("True") == "UP");
  CHECK(Model("classes: [0, 1], aliases: {yes: True}").aliases ==
        Aliases{{"yes", "1"}});
  CHECK(Model("positive_class: up, aliases: {up: UP}").positive_class == "UP");
  CHECK(Model("classes: [up, DOWN], aliases: {up: UP}").classes ==
        Names{"UP", "DOWN"});
}

TEST_CASE("an alias of the class that it is already says nothing") {
  CHECK(Model("aliases: {1.0: 1, True: 1, a: a}").aliases.empty());
  CHECK(Model("aliases: {up: UP, 'up ': UP}").aliases == Aliases{{"up", "UP"}});
}

TEST_CASE("an alias has one target, which is a class and no alias") {
  CHECK(Wrong("aliases: {up: Up, Up: UP}") ==
        "models[0].aliases.up: is Up, which is itself an alias, of UP");
  CHECK(Wrong("aliases: {up: True, 1: UP}") ==
        "models[0].aliases.up: is true, which is itself an alias, of UP");
  CHECK(Wrong("aliases: {up: UP, ' up': DOWN}") ==
        "models[0].aliases. up: is read as up, which is an alias of UP "
        "already");
  CHECK(Wrong("classes: [UP, DOWN], aliases: {up: UPP}") ==
        "models[0].aliases.up: is UPP, which is not in classes; the nearest: "
        "\"UP\", \"DOWN\"");
  CHECK(Wrong("aliases: [up, UP]").starts_with("models[0].aliases: "));
}
