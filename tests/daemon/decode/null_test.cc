// A null is a missing field everywhere; NaN is a null.

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

TEST_CASE("A null is a missing field") {
  const auto [event, reason] = GENERATE(table<std::string, Reject>({
      {R"({"model":null,"id":"a","prediction":1})", Reject::kMissingField},
      {R"({"model":"m","id":null,"prediction":1})", Reject::kMissingField},
      {R"({"model":"m","id":null,"prediction":1,"label":1})", Reject::kNone},
      {R"({"model":"m","id":"a","prediction":null})", Reject::kMissingField},
      {R"({"model":"m","id":"a","prediction":null,"label":1})", Reject::kNone},
      {R"({"model":"m","id":"a","prediction":1,"label":null})", Reject::kNone},
      {With(R"("score":null)"), Reject::kNone},
      {With(R"("scores":null)"), Reject::kNone},
      {With(R"("version":null)"), Reject::kNone},
      {With(R"("timestamp":null)"), Reject::kNone},
      {With(R"("segments":null)"), Reject::kNone},
      {With(R"("features":null)"), Reject::kNone},
      {With(R"("latency":null)"), Reject::kNone},
      {With(R"("metadata":null)"), Reject::kNone},
      {With(R"("metadata":{"a":null,"b":[null]})"), Reject::kNone},
      {With(R"("lable":null)"), Reject::kUnknownField},
      {With(R"("score":null,"score":0.5)"), Reject::kInvalidJson},
      {With(R"("score":0.5,"score":null)"), Reject::kInvalidJson},
      {With(R"("segments":{"a":null,"a":"b"})"), Reject::kInvalidJson},
      {With(R"("scores":{"a":null,"a":0.5})"), Reject::kInvalidJson},
  }));
  INFO(event);
  CHECK(Rejected(event) == reason);
}

TEST_CASE("What is null leaves nothing in the event") {
  const Decoded decoded = DecodeOne(
      R"({"model":"m","version":null,"id":"a","prediction":"y","label":null,)"
      R"("score":null,"scores":null,"timestamp":null,"segments":{"k":null},)"
      R"("features":null,"latency":null})");
  const Event& event = decoded.event(0);
  CHECK(decoded.Name(event.version).empty());
  CHECK(event.label_kind == ValueKind::kNone);
  CHECK(event.timestamp_us == kNoTimestamp);
  const Extra& extra = decoded.body.batch.ExtraOf(event);
  CHECK(extra.score < 0);
  CHECK(extra.latency < 0);
  CHECK(extra.scores.count == 0);
  CHECK(extra.segments.count == 0);
  CHECK_FALSE(extra.has_features);
  CHECK(decoded.body.warnings.empty());
}

TEST_CASE("A null among scores leaves all of them out, with a warning") {
  const Decoded decoded = DecodeOne(With(R"("scores":{"0":null,"1":1})"));
  CHECK(decoded.body.batch.ExtraOf(decoded.event(0)).scores.count == 0);
  CHECK(decoded.body.batch.class_scores.empty());
  CHECK(FieldsWarnedOf(decoded, Warning::kScoresIncomplete) ==
        std::vector<std::string>{"scores"});
}

TEST_CASE("A null in a set is no class") {
  const Decoded decoded =
      DecodeOne(R"({"model":"m","id":"a","prediction":["x",null]})");
  REQUIRE(decoded.event(0).prediction_kind == ValueKind::kSet);
  CHECK(Range::Of(decoded.event(0).prediction).count == 1);
}

TEST_CASE("Lines with labels that are null are predictions") {
  std::string body;
  const char* const labels[] = {"\"y\"", "null", "\"n\"", "null"};
  for (int i = 0; i < 4; ++i) {
    body += R"({"model":"m","id":)" + std::to_string(i + 1) +
            R"(,"prediction":")" + (i == 0 ? "y" : "n") + R"(","label":)" +
            labels[i] + "}\n";
  }
  const Decoded decoded = Decode(body);
  REQUIRE(decoded.body.batch.events.size() == 4);
  CHECK(decoded.event(0).label_kind == ValueKind::kText);
  CHECK(decoded.event(1).label_kind == ValueKind::kNone);
}

TEST_CASE("NaN in one event of an array costs nothing, and warns of it") {
  std::string body = "[";
  for (int i = 0; i < 1000; ++i) {
    if (i > 0) body += ", ";
    body += R"({"model": "m", "id": ")" + std::to_string(i) +
            R"(", "prediction": "UP", "features": {"f": )" +
            (i == 700 ? "NaN" : "1.5") + "}}";
  }
  const Decoded decoded = Decode(body + "]", BodyFormat::kJson);
  REQUIRE(decoded.status == BodyStatus::kOk);
  CHECK(decoded.body.batch.events.size() == 1000);
  CHECK(decoded.body.errors.empty());
  REQUIRE(decoded.body.warnings.size() == 1);
  CHECK(decoded.body.warnings[0].index == 700);
  CHECK(decoded.body.warnings[0].warning == Warning::kNotANumber);
  CHECK(decoded.body.warnings[0].field == "features.f");
  CHECK(decoded.body.warned[size_t(Warning::kNotANumber)] == 1);
}

TEST_CASE("NaN is null in each kind of body, and told once for an event") {
  const std::string bad =
      With(R"("score":NaN,"latency":Infinity,"features":{"a":-Infinity})");
  const std::string good = With(R"("features":{"a":"NaN, Infinity"})");
  for (const std::string& body :
       {bad, "[" + bad + "]", good + "\n" + bad + "\n" + good}) {
    INFO(body);
    const Decoded decoded = Decode(body);
    REQUIRE(decoded.status == BodyStatus::kOk);
    CHECK(decoded.body.errors.empty());
    CHECK(FieldsWarnedOf(decoded, Warning::kNotANumber) ==
          std::vector<std::string>{"score"});
    for (const Event& event : decoded.body.batch.events) {
      CHECK(decoded.body.batch.ExtraOf(event).score < 0);
      CHECK(decoded.body.batch.ExtraOf(event).latency < 0);
    }
  }
}

TEST_CASE("NaN acts as null where it stands") {
  CHECK(Rejected(R"({"model":"m","id":"a","prediction":NaN})") ==
        Reject::kMissingField);
  const Decoded decoded = DecodeOne(With(R"("scores":{"UP":NaN,"DOWN":1})"));
  CHECK(decoded.body.batch.events.size() == 1);
  CHECK(decoded.body.batch.class_scores.empty());
  CHECK(FieldsWarnedOf(decoded, Warning::kNotANumber) ==
        std::vector<std::string>{"scores.UP"});
  CHECK(FieldsWarnedOf(decoded, Warning::kScoresIncomplete).size() == 1);
}

TEST_CASE("NaN excuses nothing else") {
  const std::string nan = With(R"("score":NaN)");
  for (const std::string& body :
       {"[" + nan + ",]", "[" + nan + "}", "[" + nan + " " + nan + "]",
        "[" + nan + ",NaN]", "[" + nan + "," + With("\"score\":nan") + "]",
        std::string("[{NaN:1}]"), nan + "]"}) {
    INFO(body);
    CHECK(Decode(body, BodyFormat::kJson).status == BodyStatus::kInvalid);
  }
  CHECK(Rejected(With("\"score\":NaNa")) == Reject::kInvalidJson);
  CHECK(Rejected(With("\"score\":+Infinity")) == Reject::kInvalidJson);
  const Decoded decoded =
      Decode("[" + nan + ",\n" + With("\"score\" 1") + "]", BodyFormat::kJson);
  CHECK(decoded.message ==
        "the body is not JSON: event 1, line 2, column 49: a colon is missing "
        "behind the key, near ...rediction\":\"UP\",\"score\" 1}]");
}

}  // namespace
}  // namespace plumbline
