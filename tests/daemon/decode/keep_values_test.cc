#include "daemon/decode/keep_values.h"

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

DecodeLimits Keeping() {
  DecodeLimits limits;
  limits.keeps_values = true;
  return limits;
}

// The kept value of a field of one event, as JSON; empty without the field.
std::string Kept(const std::string& event, std::string_view field) {
  const SentValues sent = DecodeOne(event, Keeping()).body.sent;
  REQUIRE(sent.events() == 1);
  const auto value = sent.FieldOf(sent.EventAt(0), field);
  std::string json;
  if (value) AppendJson(sent, *value, &json);
  return json;
}

// The kept value of a field beside others.
std::string KeptOf(std::string_view field, const std::string& value) {
  return Kept(With("\"" + std::string(field) + "\":" + value), field);
}

TEST_CASE("Values are kept, and not their spelling") {
  const auto kept = [](const std::string& json) {
    return KeptOf("metadata", "{\"a\":" + json + "}");
  };
  CHECK(kept("[ 1.10, {\"b \": null}\t]") == R"({"a":[1.1,{"b ":null}]})");
  CHECK(kept(R"("\u00e4\"\\\n\ud83d\ude00")") == R"({"a":"ä\"\\\n😀"})");
  CHECK(kept("true") == R"({"a":true})");
  CHECK(kept("{}") == R"({"a":{}})");
  CHECK(kept("[false,[]]") == R"({"a":[false,[]]})");
  CHECK(kept("-7") == R"({"a":-7})");
  CHECK(kept("18446744073709551615") == R"({"a":18446744073709551615})");
  // Real numbers stay real, in any spelling.
  CHECK(kept("1.00") == R"({"a":1.0})");
  CHECK(kept("-0.0") == R"({"a":-0.0})");
  CHECK(kept("1E-7") == R"({"a":1e-07})");
  CHECK(kept("1e22") == R"({"a":1e+22})");
  // So is an integer beyond 64 bits.
  CHECK(kept("12345678901234567890123") == R"({"a":1.2345678901234568e+22})");
  CHECK(KeptOf("timestamp", "\"2020-01-01\"") == "\"2020-01-01\"");
  CHECK(KeptOf("label", "[\"b\", \"a\"]") == R"(["b","a"])");
}

TEST_CASE("Text of any length is kept") {
  for (const size_t size : {0, 1, 127, 128, 300, 20'000}) {
    const std::string text(size, 'x');
    CHECK(KeptOf("metadata", "{\"" + text + "\":\"" + text + "\"}") ==
          "{\"" + text + "\":\"" + text + "\"}");
  }
}

TEST_CASE("A class is kept as it was sent") {
  CHECK(KeptOf("label", "\" UP \"") == "\" UP \"");
  CHECK(KeptOf("label", "true") == "true");
  CHECK(KeptOf("label", "1.0") == "1.0");
  CHECK(KeptOf("scores", R"({"UP":1.0000001,"1.0":null})") ==
        R"({"UP":1.0000001,"1.0":null})");
}

TEST_CASE("Without being asked nothing is kept") {
  const Decoded decoded = DecodeOne(With("\"label\":\"x\""));
  CHECK(decoded.body.batch.events.size() == 1);
  CHECK(decoded.body.sent.events() == 0);
  CHECK(decoded.body.sent.bytes() == 0);
}

TEST_CASE("Only what was taken is kept, by its place in the batch") {
  const Decoded decoded = Decode(
      With("\"lable\":1") + "\n" + With("\"latency\":1") + "\n{\n" +
          With("\"latency\":-1") + "\n" + With("\"latency\":NaN,\"label\":2"),
      BodyFormat::kNdjson, Keeping());
  REQUIRE(decoded.body.batch.events.size() == 2);
  const SentValues& sent = decoded.body.sent;
  REQUIRE(sent.events() == 2);
  CHECK(sent.FieldOf(sent.EventAt(0), "latency"));
  CHECK_FALSE(sent.FieldOf(sent.EventAt(0), "label"));
  CHECK_FALSE(sent.FieldOf(sent.EventAt(1), "latency"));
  CHECK(sent.FieldOf(sent.EventAt(1), "label"));
}

TEST_CASE("Fields that are null, or no objects beside an event, are not kept") {
  const std::string event =
      R"({"model":"m","id":7,"version":null,"score":NaN,"segments":[1],)"
      R"("features":"x","metadata":{"a":"\ud800","b":1e999},"label":"null"})";
  for (const auto* field : {"version", "score", "segments", "features"}) {
    CHECK(Kept(event, field).empty());
  }
  CHECK(Kept(event, "id") == "7");
  CHECK(Kept(event, "metadata") == "{\"a\":\"\uFFFD\",\"b\":null}");
  CHECK(Kept(event, "label") == "\"null\"");
}

TEST_CASE("Names are kept as decoding takes them") {
  for (const std::string name :
       {"7", "7.0", "7e0", "-0", "-0.0", "70E-1", "18446744073709551615",
        "123456789012345678901", "9007199254740991.0", "\"7.0\"",
        R"("a\u0062")"}) {
    const std::string event = R"({"model":"m","prediction":"x","version":)" +
                              name + ",\"id\":" + name + "}";
    INFO(event);
    const Decoded decoded = DecodeOne(event);
    const std::string version(decoded.Name(decoded.event(0).version));
    for (const auto* field : {"version", "id"}) {
      const std::string kept = Kept(event, field);
      CHECK((kept == version || kept == '"' + version + '"'));
    }
  }
}

TEST_CASE("Entries that decoding leaves out are not kept") {
  CHECK(KeptOf("features",
               R"({"a":1,"emb":[0.1,{"x":2}],"n":null,"":1,"t":"x\n"})") ==
        R"({"a":1,"n":null,"t":"x\n"})");
  CHECK(KeptOf("segments", R"({"a":"x","b":"","c":1.5,"d":2.0,"e":true,)"
                           R"("f":{},"g":7,"h":"x\ny"})") ==
        R"({"a":"x","d":2.0,"e":true,"g":7})");
  CHECK(KeptOf("metadata", R"({"a":[1]})") == R"({"a":[1]})");
}

TEST_CASE("A feature beyond a double is not kept, and none of the 256") {
  std::string features = R"({"x":1e999,"n":-1E+400)";
  std::string left;
  for (int i = 0; i < 256; ++i) {
    const std::string entry = "\"k" + std::to_string(i) + "\":1";
    features += "," + entry;
    left += (i == 0 ? "{" : ",") + entry;
  }
  features += R"(,"more":1})";
  // Also if another field needs repair.
  for (const std::string score : {"0.5", "NaN"}) {
    const std::string event =
        With("\"score\":" + score + ",\"features\":" + features);
    CHECK(Kept(event, "features") == left + "}");
    CHECK(FieldsWarnedOf(DecodeOne(event), Warning::kUnusableEntry).size() ==
          3);
  }
}

TEST_CASE("The entries kept are those that decoding uses") {
  std::string segments = "{\"n\":null,\"x\":[]";
  for (int i = 0; i < 10; ++i) segments += ",\"k" + std::to_string(i) + "\":1";
  segments += "}";
  const Decoded decoded =
      DecodeOne(With("\"segments\":" + segments), Keeping());
  const SentValues& sent = decoded.body.sent;
  const auto kept = sent.FieldOf(sent.EventAt(0), "segments");
  REQUIRE(kept);
  std::vector<std::string> keys;
  sent.ForEachIn(*kept,
                 [&](const auto& entry) { keys.emplace_back(entry.key); });
  REQUIRE(keys.size() == decoded.body.batch.segments.size() + 1);  // the null
  CHECK(keys.back() == "k7");
}

}  // namespace
}  // namespace plumbline
