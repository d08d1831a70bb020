// Faults in optional fields never cost the event.

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

using Fields = std::vector<std::string>;

// The fields that are left out of an accepted event.
Fields LeftOut(const std::string& field, const DecodeLimits& limits = {}) {
  const Decoded decoded = DecodeOne(With(field), limits);
  CHECK(decoded.body.errors.empty());
  CHECK(decoded.body.batch.events.size() == 1);
  return FieldsWarnedOf(decoded, Warning::kUnusableEntry);
}

// "{"f0":1,"f1":1,...}"
std::string Features(int count) {
  std::string features = "{";
  for (int i = 0; i < count; ++i) {
    features += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":1";
  }
  return features + "}";
}

DecodeLimits Keeping(FeatureNames names) {
  DecodeLimits limits;
  limits.features = std::make_shared<const FeatureNames>(std::move(names));
  return limits;
}

TEST_CASE("An entry that cannot be used is left out with a warning") {
  const auto [field, left_out] = GENERATE(table<std::string, Fields>({
      {R"("features":{"emb":[0.1,0.2],"a":1})", {"features.emb"}},
      {R"("features":{"a":{"b":1,"b":2},"c":[]})",
       {"features.a", "features.c"}},
      {R"("features":{"":1})", {"features"}},
      {R"("features":[1,2])", {"features"}},
      {R"("features":"x")", {"features"}},
      {R"("features":{"a":1e400,"b":1})", {"features.a"}},
      {R"("features":{"a":123456789012345678901234567890})", {}},
      {R"("features":{"a":null,"b":true,"c":"x"})", {}},
      {R"("segments":{"a":{"b":1},"c":"d"})", {"segments.a"}},
      {R"("segments":{"a":1.5,"b":[],"c":1e400})",
       {"segments.a", "segments.b", "segments.c"}},
      {R"("segments":{"a":"","b":"x\ny","c\t":"x"})",
       {"segments.a", "segments.b", "segments.c\t"}},
      {R"("segments":[])", {"segments"}},
      {R"("metadata":"x")", {"metadata"}},
      {R"("metadata":[1])", {"metadata"}},
      {R"("metadata":{"a":[1,{"b":1e400}],"c":"\u0000\n"})", {}},
  }));
  INFO(field);
  auto found = LeftOut(field);
  std::sort(found.begin(), found.end());
  CHECK(found == left_out);
}

TEST_CASE("Entries that are too long are left out") {
  const std::string longest(128, 'x');
  CHECK(LeftOut("\"segments\":{\"" + longest + "\":\"" + longest + "\"}")
            .empty());
  CHECK(LeftOut("\"segments\":{\"k\":\"y" + longest + "\"}") ==
        Fields{"segments.k"});
  CHECK(LeftOut("\"segments\":{\"y" + longest + "\":\"v\"}").size() == 1);
  CHECK(LeftOut("\"features\":{\"" + longest + "\":\"y" + longest + "\"}")
            .empty());
  CHECK(LeftOut("\"features\":{\"y" + longest + "\":1}").size() == 1);
}

TEST_CASE("Beyond the limit the last entries are left out") {
  CHECK(LeftOut("\"features\":" + Features(256)).empty());
  CHECK(LeftOut("\"features\":" + Features(258)) ==
        Fields{"features.f256", "features.f257"});
  const std::string eight =
      R"("a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8)";
  CHECK(LeftOut("\"segments\":{" + eight + "}").empty());
  CHECK(LeftOut("\"segments\":{" + eight + ",\"i\":9,\"j\":10}") ==
        Fields{"segments.i", "segments.j"});
}

TEST_CASE("What cannot be used, and what is null, takes no place") {
  CHECK(LeftOut("\"features\":{\"emb\":[],\"n\":null," +
                Features(256).substr(1)) == Fields{"features.emb"});
  CHECK(LeftOut(R"("segments":{"n":null,"x":[],"a":1,"b":2,"c":3,"d":4,)"
                R"("e":5,"f":6,"g":7,"h":8})") == Fields{"segments.x"});
}

TEST_CASE("What is left out of the features is not kept") {
  const DecodeLimits limits = Keeping({"emb", "f0", "f255", "f256"});
  const Decoded decoded = DecodeOne(
      With("\"features\":{\"emb\":[1]," + Features(257).substr(1)), limits);
  Fields kept;
  for (const Feature& feature : decoded.body.batch.features) {
    if (feature.kind != ValueKind::kNone) {
      kept.emplace_back(decoded.Name(feature.name));
    }
  }
  CHECK(kept == Fields{"f0", "f255"});
  CHECK(decoded.body.batch.ExtraOf(decoded.event(0)).has_features);
}

TEST_CASE("Text of features keeps its line breaks, and loses half surrogates") {
  const Decoded decoded =
      DecodeOne(With(R"("features":{"text":"hello\nworld\t\ud800!"})"),
                Keeping({"text"}));
  CHECK(decoded.body.warnings.empty());
  REQUIRE(decoded.body.batch.features.size() == 1);
  CHECK(decoded.Name(decoded.body.batch.features[0].value) ==
        "hello\nworld\t\xef\xbf\xbd!");
}

TEST_CASE("Half a surrogate is replaced in whatever accompanies an event") {
  const Decoded decoded = DecodeOne(
      With(R"("segments":{"k\ud800":"\udc00x"},"metadata":{"a":["\ud83d"]})"));
  CHECK(decoded.body.errors.empty());
  REQUIRE(decoded.body.batch.segments.size() == 1);
  CHECK(decoded.Name(decoded.body.batch.segments[0].key) == "k\xef\xbf\xbd");
  CHECK(decoded.Name(decoded.body.batch.segments[0].value) == "\xef\xbf\xbdx");
}

TEST_CASE("All that is left out is counted, and the first hundred listed") {
  const Decoded decoded =
      DecodeOne(With("\"features\":" + Features(256 + 150)));
  CHECK(decoded.body.warnings.size() == kListedWarnings);
  CHECK(decoded.body.warned[size_t(Warning::kUnusableEntry)] == 150);
}

TEST_CASE("Warnings have the index of their event in the body") {
  const std::string bad = With(R"("features":{"emb":[1]})");
  const Decoded decoded =
      Decode(With("\"latency\":1") + "\n\n" + bad + "\nbad\n" + bad + "\n");
  REQUIRE(decoded.body.warnings.size() == 2);
  CHECK(decoded.body.warnings[0].index == 1);
  CHECK(decoded.body.warnings[1].index == 3);
  CHECK(decoded.body.warnings[0].message ==
        "features.emb is left out: it is an array, and features are single "
        "values");
}

TEST_CASE("Features of one shape are read alike, event after event") {
  const std::string odd = With(R"("features":{"a":[1],"b":2})");
  const std::string plain = With(R"("features":{"a":1,"b":2})");
  const Decoded decoded = Decode(plain + "\n" + odd + "\n" + plain + "\n",
                                 BodyFormat::kNdjson, Keeping({"a", "b"}));
  REQUIRE(decoded.body.batch.features.size() == 6);
  CHECK(decoded.body.batch.features[2].kind == ValueKind::kNone);
  CHECK(decoded.body.batch.features[4].kind == ValueKind::kReal);
  CHECK(decoded.body.warnings.size() == 1);
}

}  // namespace
}  // namespace plumbline
