// Identifiers sent as numbers.

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

TEST_CASE("An id that is an integer is its decimal text") {
  const auto [number, text] = GENERATE(table<std::string, std::string>({
      {"123", "123"},
      {"-5", "-5"},
      {"0", "0"},
      {"18446744073709551615", "18446744073709551615"},
      {"340282366920938463463374607431768211455",
       "340282366920938463463374607431768211455"},
      {"7.0", "7"},
      {"1e3", "1000"},
      {"-0.0", "0"},
  }));
  const auto event = [](const std::string& id) {
    return R"({"model":"m","prediction":"UP","id":)" + id + "}";
  };
  const Decoded decoded =
      Decode(event(number) + "\n" + event("\"" + text + "\"") + "\n",
             BodyFormat::kNdjson);
  INFO(number);
  CHECK(decoded.event(0).has_id);
  CHECK(decoded.event(0).id_hi == decoded.event(1).id_hi);
  CHECK(decoded.event(0).id_lo == decoded.event(1).id_lo);
}

TEST_CASE("Versions and values of segments are taken as text") {
  const Decoded decoded = DecodeOne(
      With(R"("version":7,"segments":{"tier":2,"new":true,"old":false,"n":3.0,)"
           R"("big":99999999999999999999})"));
  CHECK(decoded.body.warnings.empty());
  CHECK(decoded.Name(decoded.event(0).version) == "7");
  std::vector<std::string> values;
  for (const Segment& segment : decoded.body.batch.segments) {
    values.emplace_back(decoded.Name(segment.value));
  }
  CHECK(values == std::vector<std::string>{"2", "true", "false", "3",
                                           "99999999999999999999"});
}

TEST_CASE("What is no integer is no identifier") {
  for (const char* value :
       {"1.5", "true", "[1]", "{}", "1e300", "9007199254740992.0"}) {
    INFO(value);
    CHECK(Rejected(R"({"model":"m","prediction":1,"id":)" + std::string(value) +
                   "}") == Reject::kWrongType);
    CHECK(Rejected(With("\"version\":" + std::string(value))) ==
          Reject::kWrongType);
  }
  CHECK(Rejected(With("\"segments\":{99999999999999999999:1}")) ==
        Reject::kInvalidJson);
  CHECK(Rejected(R"({"model":7,"prediction":1,"id":"a"})") ==
        Reject::kWrongType);
  CHECK(Rejected(R"({"model":"m","prediction":1,"id":)" +
                 std::string(129, '9') + "}") == Reject::kTooLong);
}

TEST_CASE("Half a surrogate in an identifier costs its event alone") {
  for (const char* event :
       {R"({"model":"m","prediction":1,"id":"\ud800"})",
        R"({"model":"m\udc00","prediction":1,"id":"a"})",
        R"({"model":"m","prediction":1,"id":"a","version":"\ud83dx"})"}) {
    INFO(event);
    CHECK(Rejected(event) == Reject::kInvalidText);
    const Decoded array =
        Decode("[" + std::string(event) + "," + With("\"latency\":1") + "]");
    REQUIRE(array.status == BodyStatus::kOk);
    CHECK(array.body.batch.events.size() == 1);
    CHECK(array.body.errors.size() == 1);
  }
  CHECK(Rejected(With(R"("version":"\ud83d\ude00")")) == Reject::kNone);
}

TEST_CASE("Bytes that are no UTF-8 cost their event alone") {
  const std::string bad = With("\"metadata\":{\"city\":\"M\xfcnchen\"}");
  const Decoded array = Decode("[" + With("\"latency\":1") + ",\n" + bad + "]");
  REQUIRE(array.status == BodyStatus::kOk);
  REQUIRE(array.body.errors.size() == 1);
  CHECK(array.body.errors[0].index == 1);
  CHECK(array.body.errors[0].reject == Reject::kInvalidText);
  CHECK(array.body.errors[0].message ==
        "event 1, line 2, column 62: it is not valid UTF-8, near "
        "...P\",\"metadata\":{\"city\":\"M\xef\xbf\xbdnchen\"}}");
  CHECK(Decode("[" + bad + ",]").status == BodyStatus::kInvalid);
}

}  // namespace
}  // namespace plumbline
