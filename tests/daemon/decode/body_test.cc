#include "daemon/decode/body.h"

#include "daemon/decode/json_scan.h"
#include "tests/daemon/decode/decoding.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("each rule of an event's fields has its reason") {
  const auto [event, reason] = GENERATE(table<std::string, Reject>({
      {R"({"model":"m","id":"a","prediction":"UP"})", Reject::kNone},
      {R"({"id":"a","prediction":"UP"})", Reject::kMissingField},
      {R"({"model":"m","id":"a"})", Reject::kMissingField},
      {R"({"model":"m","prediction":"UP"})", Reject::kMissingField},
      {R"({"model":"m","prediction":"UP","label":"UP"})", Reject::kNone},
      {R"({"model":7,"id":"a","prediction":"UP"})", Reject::kWrongType},
      {R"({"model":"","id":"a","prediction":"UP"})", Reject::kOutOfRange},
      {R"({"model":"m","id":"a","prediction":["a","b"]})", Reject::kNone},
      {R"({"model":"m","id":"a","prediction":[]})", Reject::kNone},
      {R"({"model":"m","id":"a","prediction":["a",1]})", Reject::kWrongType},
      {R"({"model":"m","id":"a","prediction":["a","a"]})",
       Reject::kInvalidJson},
      {R"({"model":"m","id":"a","prediction":[""]})", Reject::kInvalidText},
      {R"({"model":"m","id":true,"prediction":1})", Reject::kWrongType},
      {R"({"model":"m","id":"a\u0001","prediction":1})", Reject::kInvalidText},
      {R"({"model":"m","id":"a\u0085","prediction":1})", Reject::kInvalidText},
      {R"({"model":"m","model":"n","id":"a","label":1})", Reject::kInvalidJson},
      {With(R"("lable":1)"), Reject::kUnknownField},
      {With(R"("score":1.01)"), Reject::kOutOfRange},
      {With(R"("score":"high")"), Reject::kWrongType},
      {With(R"("scores":{"UP":0.5,"DOWN":-0.1})"), Reject::kOutOfRange},
      {With(R"("timestamp":"yesterday")"), Reject::kWrongType},
      {With(R"("timestamp":-1)"), Reject::kOutOfRange},
      {With(R"("timestamp":1700000599)"), Reject::kNone},
      {With(R"("timestamp":1700000602)"), Reject::kFutureTimestamp},
      {With(R"("segments":{"a":"1","a":"2"})"), Reject::kInvalidJson},
      {With(R"("features":{"a":1,"a":2})"), Reject::kInvalidJson},
      {With(R"("features":{"a":null,"b":1.5})"), Reject::kNone},
      {With(R"("latency":-0.1)"), Reject::kOutOfRange},
      {With(R"("metadata":{"a":{"b":["c"]}})"), Reject::kNone},
      {With(R"("metadata":{"a":{"b":1,"b":2}})"), Reject::kInvalidJson},
      {"[]", Reject::kInvalidJson},
      {"{", Reject::kInvalidJson},
      {"{\"model\":\"\xff\"}", Reject::kInvalidText},
  }));
  INFO(event);
  CHECK(Rejected(event) == reason);
}

TEST_CASE("lengths are limited at 128 bytes") {
  const auto id = [](size_t size) {
    return R"({"model":"m","prediction":1,"id":")" + std::string(size, 'x') +
           "\"}";
  };
  CHECK(Rejected(id(128)) == Reject::kNone);
  CHECK(Rejected(id(129)) == Reject::kTooLong);
}

TEST_CASE("the format is guessed where it is not named") {
  const std::string event = R"({"model":"m","id":"a","prediction":"UP"})";
  CHECK(Decode(event).body.events == 1);
  CHECK(Decode("\n" + event + "\r\n\n" + event).body.events == 2);
  CHECK(Decode("[" + event + ",\n" + event + "]").body.events == 2);
  CHECK(Decode("{\n \"model\": \"m\",\n \"id\": \"a\", \"label\": 1\n}")
            .body.batch.events.size() == 1);
  CHECK(Decode("").status == BodyStatus::kInvalid);
  CHECK(Decode("[1]").status == BodyStatus::kInvalid);
  CHECK(Decode("[" + event + ",]").status == BodyStatus::kInvalid);
}

TEST_CASE("errors keep their place in the body") {
  const std::string good = R"({"model":"m","id":"a","prediction":"UP"})";
  const Decoded decoded =
      Decode(good + "\n\nbad\n" + good, BodyFormat::kNdjson);
  REQUIRE(decoded.body.errors.size() == 1);
  CHECK(decoded.body.errors[0].index == 1);
  REQUIRE(decoded.body.batch.events.size() == 2);
  CHECK(decoded.body.batch.events[1].index == 2);
  CHECK(decoded.body.events == 3);
}

TEST_CASE("an error names the model of its event, wherever it stands") {
  const auto [event, model] = GENERATE(table<std::string, std::string>({
      {R"({"model":"m","id":7.5,"prediction":"UP"})", "m"},
      {R"({"lable":"UP","model":"late"})", "late"},
      {R"({"id":"a","prediction":"UP"})", ""},
      {R"({"model":7.5,"id":"a","prediction":"UP"})", ""},
      {R"({"model":"a\u0001","id":"a","prediction":"UP"})", ""},
      {R"({"model":"m")", ""},
  }));
  CAPTURE(event);
  const Decoded decoded = Decode(R"({"model":"other","id":"a"})"
                                 "\n" +
                                     event,
                                 BodyFormat::kNdjson);
  REQUIRE(decoded.body.errors.size() == 2);
  CHECK(decoded.body.errors[0].model == "other");
  CHECK(decoded.body.errors[1].model == model);
}

TEST_CASE("values keep their kind") {
  const Decoded decoded =
      Decode(R"([{"model":"m","id":"a","prediction":true,"label":"x"},)"
             R"({"model":"m","id":"a","prediction":-3,"label":2.0},)"
             R"({"model":"m","id":"a","prediction":18446744073709551615}])");
  REQUIRE(decoded.body.batch.events.size() == 3);
  const auto& events = decoded.body.batch.events;
  CHECK(events[0].prediction_kind == ValueKind::kText);
  CHECK(decoded.body.batch.names[static_cast<uint32_t>(events[0].prediction)] ==
        "true");
  CHECK(events[1].prediction_kind == ValueKind::kInteger);
  CHECK(events[1].label_kind == ValueKind::kReal);
  CHECK(events[2].prediction_kind == ValueKind::kUnsigned);
}

TEST_CASE("a number that fits nothing costs its event, not its neighbours") {
  const std::string good = R"({"model":"m","id":"a","prediction":"UP"})";
  for (const char* number : {"1e400", "-1e400"}) {
    const std::string bad = With("\"latency\":" + std::string(number));
    CHECK(Rejected(bad) == Reject::kOutOfRange);
    const Decoded array = Decode("[" + good + "," + bad + ", " + good + "]");
    REQUIRE(array.status == BodyStatus::kOk);
    CHECK(array.body.batch.events.size() == 2);
    REQUIRE(array.body.errors.size() == 1);
    CHECK(array.body.errors[0].index == 1);
    CHECK(array.body.errors[0].reject == Reject::kOutOfRange);
    CHECK(array.body.errors[0].field == "latency");
    const Decoded object = Decode(bad, BodyFormat::kJson);
    CHECK(object.status == BodyStatus::kOk);
    CHECK(object.body.errors.size() == 1);
  }
}

TEST_CASE("what is not JSON beside a large number still refuses the array") {
  const std::string bad = With(R"("latency":1e400)");
  for (const std::string& body :
       {"[" + bad + ",7]", "[" + bad + ",]", "[" + bad + "] x", "[" + bad,
        "[" + bad + R"(,{"a":01}])", "[" + bad + R"(,{"a":1.}])"}) {
    CHECK(Decode(body, BodyFormat::kJson).status == BodyStatus::kInvalid);
  }
  CHECK(Rejected(With(R"("latency":01)")) == Reject::kInvalidJson);
  CHECK(Rejected(With(R"("latency":+1)")) == Reject::kInvalidJson);
}

TEST_CASE("an array with a large number takes memory for its events alone") {
  std::string body = "[1e999";
  body.append(100'000, ',');
  CHECK(Decode(body + "1]", BodyFormat::kJson).status == BodyStatus::kInvalid);
}

TEST_CASE("large integers are carried in metadata and features") {
  const std::string n = "123456789012345678901234567890";
  for (const char* field : {"metadata", "features"}) {
    const std::string event = With("\"" + std::string(field) + "\":{\"a\":-" +
                                   n + ",\"b\":\"" + n + "\",\"c\":" + n + "}");
    CHECK(Rejected(event) == Reject::kNone);
    CHECK(Decode("[" + event + "]").body.batch.events.size() == 1);
  }
  CHECK(Rejected(R"({"model":"m","id":"a","prediction":)" + n + "}") ==
        Reject::kOutOfRange);
}

TEST_CASE("without a type one object is JSON, however it is broken in lines") {
  const std::string event =
      "{\"model\":\"m\",\"id\":\"a\",\"prediction\":1,\"segments\":\n"
      "{\"a\":\"}{\"}}\n";
  CHECK(Decode(event).body.batch.events.size() == 1);
  CHECK(Decode(With("\"latency\":1") + "\n  " + With("\"latency\":2"))
            .body.batch.events.size() == 2);
}

TEST_CASE("Fields are found in an object as they were sent") {
  const auto fields = FieldsOf(
      " { \"a\" : 1.50 , \"b\":{\"c\":[1, {\"}\":\"]\"}]},\n"
      "\"k\\u00e4\\ud83d\\ude00\\n\\\"\":\"x, \\\"}\"}");
  REQUIRE(fields.size() == 3);
  CHECK(fields[0].key == "a");
  CHECK(fields[0].value == "1.50");
  CHECK(fields[1].value == "{\"c\":[1, {\"}\":\"]\"}]}");
  CHECK(fields[2].key == "kä😀\n\"");
  CHECK(TextOf(fields[2].value) == "x, \"}");
  CHECK(TextOf(fields[0].value) == "1.50");
  CHECK(FieldsOf("{}").empty());
  CHECK(FieldsOf("").empty());
}

TEST_CASE("without a type, lines follow a first object that does not end") {
  const Decoded decoded =
      Decode("{\"model\":\"m\"\n" + With("\"latency\":1") + "\n");
  CHECK(decoded.body.events == 2);
  CHECK(decoded.body.batch.events.size() == 1);
}

TEST_CASE("two objects on one line are neither JSON nor lines") {
  const Decoded decoded =
      Decode(With("\"latency\":1") + " " + With("\"latency\":2"));
  CHECK(decoded.status == BodyStatus::kInvalid);
}
