// One spelling for each class; scores slightly outside [0, 1].

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

// The name of the class `json`.
std::string ClassOf(const std::string& json) {
  const Decoded decoded =
      DecodeOne(R"({"model":"m","id":"a","prediction":)" + json + "}");
  REQUIRE(decoded.event(0).prediction_kind == ValueKind::kText);
  return std::string(decoded.Name(decoded.event(0).prediction));
}

std::vector<std::string> ScoredClasses(const Decoded& decoded) {
  std::vector<std::string> classes;
  for (const ClassScore& score : decoded.body.batch.class_scores) {
    classes.emplace_back(decoded.Name(score.name));
  }
  return classes;
}

TEST_CASE("A class has one spelling") {
  const auto [json, name] = GENERATE(table<std::string, std::string>({
      {R"("yes ")", "yes"},
      {R"("\t yes\r\n")", "yes"},
      {R"("1.0")", "1"},
      {R"("-1.00")", "-1"},
      {R"("-0.0")", "0"},
      {R"("007")", "007"},
      {R"("1.5")", "1.5"},
      {"true", "true"},
      {R"("True")", "true"},
      {R"("FALSE")", "false"},
      {R"(" False")", "false"},
  }));
  INFO(json);
  CHECK(ClassOf(json) == name);
}

TEST_CASE("A class is spelled so beside other names of the same text") {
  const Decoded decoded =
      Decode(R"({"model":"1.0","version":" x","id":"a","prediction":"1.0"})"
             "\n"
             R"({"model":" x","version":"1.0","id":"b","prediction":" x"})"
             "\n");
  CHECK(decoded.Name(decoded.event(0).model) == "1.0");
  CHECK(decoded.Name(decoded.event(0).prediction) == "1");
  CHECK(decoded.Name(decoded.event(1).model) == " x");
  CHECK(decoded.Name(decoded.event(1).version) == "1.0");
  CHECK(decoded.Name(decoded.event(1).prediction) == "x");
}

TEST_CASE("A class without a name, or called __other__, is invalid text") {
  for (const char* text : {"", "  ", "\\t", "__other__", " __other__ ",
                           "a\\u0001", "a\\nb", "\\ud800"}) {
    INFO(text);
    const std::string name = "\"" + std::string(text) + "\"";
    CHECK(Rejected(R"({"model":"m","id":"a","label":)" + name + "}") ==
          Reject::kInvalidText);
    CHECK(Rejected(R"({"model":"m","id":"a","label":["x",)" + name + "]}") ==
          Reject::kInvalidText);
    CHECK(Rejected(With("\"scores\":{" + name + ":0.5}")) ==
          Reject::kInvalidText);
  }
}

TEST_CASE("The limit of a class's length is that of its one spelling") {
  const std::string longest(128, 'x');
  CHECK(ClassOf("\" " + longest + " \"") == longest);
  CHECK(Rejected(R"({"model":"m","id":"a","label":"y)" + longest + "\"}") ==
        Reject::kTooLong);
}

TEST_CASE("Keys of scores are classes") {
  const Decoded decoded =
      Decode(With(R"("scores":{"False":0.1,"True":0.9})") + "\n" +
                 With(R"("scores":{"1.0":0.25,"2 ":0.75})") + "\n" +
                 With(R"("scores":{"1.0":0.5,"2 ":0.5})") + "\n",
             BodyFormat::kNdjson);
  CHECK(decoded.body.errors.empty());
  CHECK(ScoredClasses(decoded) ==
        std::vector<std::string>{"false", "true", "1", "2", "1", "2"});
}

TEST_CASE("One class twice is invalid JSON, in whatever spellings") {
  for (const char* pair :
       {"\"a\",\"a\"", "\"a\",\"a \"", "\"1\",\"1.0\"", "\"1\",\"true\"",
        "\"True\",\"x\",\"1.0\"", "\"false\",\"0\"", "\"FALSE\",\"false\""}) {
    INFO(pair);
    const std::string set = "[" + std::string(pair) + "]";
    CHECK(Rejected(R"({"model":"m","id":"a","label":)" + set + "}") ==
          Reject::kInvalidJson);
    std::string scores(pair);
    for (size_t at = 0; (at = scores.find(',', at)) != scores.npos; at += 5) {
      scores.replace(at, 1, ":0.5,");
    }
    CHECK(Rejected(With("\"scores\":{" + scores + ":0.5}")) ==
          Reject::kInvalidJson);
  }
  CHECK(Rejected(R"({"model":"m","id":"a","label":["1","false","01"]})") ==
        Reject::kNone);
}

TEST_CASE("A class twice costs its event, a key twice the array") {
  const std::string good = With("\"latency\":1");
  const Decoded twice =
      Decode("[" + good + "," + With(R"("scores":{"1":0,"1.0":1})") + "," +
             R"({"model":"m","id":"a","label":["x","x"]}])");
  REQUIRE(twice.status == BodyStatus::kOk);
  CHECK(twice.body.batch.events.size() == 1);
  CHECK(twice.body.errors.size() == 2);
  const Decoded key =
      Decode("[" + good + "," + With(R"("scores":{"1":0,"1":1})") + "]");
  CHECK(key.status == BodyStatus::kInvalid);
  CHECK(key.message == "event 1: a key of scores is there twice");
}

TEST_CASE("Scores just beyond 0 and 1 are clamped") {
  const auto [json, score] = GENERATE(table<std::string, double>({
      {"1.0000001", 1},
      {"1.000001", 1},
      {"-0.000001", 0},
      {"-1e-9", 0},
      {"-0.0", 0},
      {"1", 1},
  }));
  INFO(json);
  const Decoded alone = DecodeOne(With("\"score\":" + json));
  CHECK(alone.body.batch.ExtraOf(alone.event(0)).score == score);
  const Decoded many =
      DecodeOne(With(R"("scores":{"UP":)" + json + R"(,"DOWN":0.5})"));
  REQUIRE(many.body.batch.class_scores.size() == 2);
  CHECK(many.body.batch.class_scores[0].score == score);
  CHECK(many.body.warnings.empty());
}

TEST_CASE("Scores further beyond are out of range, and text is no score") {
  for (const char* json : {"1.0000011", "-0.0000011", "2", "1e300"}) {
    INFO(json);
    CHECK(Rejected(With("\"score\":" + std::string(json))) ==
          Reject::kOutOfRange);
    const Decoded scores = DecodeOne(
        With(R"("scores":{"UP":null,"DOWN":)" + std::string(json) + "}"));
    REQUIRE(scores.body.errors.size() == 1);
    CHECK(scores.body.errors[0].reject == Reject::kOutOfRange);
    CHECK(scores.body.errors[0].field == "scores");
  }
  CHECK(Rejected(With(R"("score":"0.5")")) == Reject::kWrongType);
  CHECK(Rejected(With(R"("scores":{"UP":"0.5"})")) == Reject::kWrongType);
  CHECK(Rejected(With(R"("scores":[0.5])")) == Reject::kWrongType);
}

TEST_CASE("scores has no more entries than there may be classes") {
  DecodeLimits limits;
  limits.classes = 2;
  const std::string two = R"("a":0.5,"b":0.5)";
  CHECK(
      DecodeOne(With("\"scores\":{" + two + "}"), limits).body.errors.empty());
  CHECK(DecodeOne(With("\"scores\":{" + two + ",\"c\":0}"), limits)
            .body.rejected[size_t(Reject::kOutOfRange)] == 1);
}

}  // namespace
}  // namespace plumbline
