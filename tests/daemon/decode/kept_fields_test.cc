#include "daemon/decode/kept_fields.h"

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

using Texts = std::vector<std::string>;

// "key:value" of each.
Texts Told(const std::vector<JsonField>& fields) {
  Texts texts;
  for (const JsonField& field : fields) {
    texts.push_back(field.key + ":" + std::string(field.value));
  }
  return texts;
}

TEST_CASE("Fields that are null, or no objects beside an event, are not kept") {
  const std::string event =
      R"({"id":7,"version":null,"score":NaN,"segments":[1],"features":"x",)"
      R"("metadata":{"a":"\ud800","b":123456789012345678901234567890},)"
      R"("label":"null"})";
  CHECK(Told(KeptFields(event).fields()) ==
        Texts{"id:7",
              R"(metadata:{"a":"\ufffd","b":123456789012345678901234567890e0})",
              "label:\"null\""});
}

TEST_CASE("The text of an event that was parsed is kept as it is") {
  const std::string event = R"({"metadata":{"b":1234567890123456789012}})";
  CHECK(Told(KeptFields(event).fields()) ==
        Texts{R"(metadata:{"b":1234567890123456789012})"});
}

TEST_CASE("Names are kept in the spelling that decoding takes") {
  for (const std::string name :
       {"7", "7.0", "7e0", "-0", "-0.0", "70E-1", "18446744073709551615",
        "123456789012345678901", "9007199254740991.0", "\"7.0\"",
        R"("a\u0062")"}) {
    const std::string event = R"({"model":"m","prediction":"x","version":)" +
                              name + ",\"id\":" + name + "}";
    INFO(event);
    const KeptFields kept(event);
    const Decoded decoded = DecodeOne(event);
    const std::string_view version = decoded.Name(decoded.event(0).version);
    CHECK(TextOf(kept.fields()[2].value) == version);
    CHECK(TextOf(kept.fields()[3].value) == version);
  }
}

TEST_CASE("Entries that decoding leaves out are not kept") {
  const auto left = EntriesLeft(
      {"features", R"({"a":1,"emb":[0.1,{"x":2}],"n":null,"":1,"t":"x\n"})"});
  REQUIRE(left);
  CHECK(Told(*left) == Texts{"a:1", "n:null", "t:\"x\\n\""});
  const auto segments = EntriesLeft(
      {"segments", R"({"a":"x","b":"","c":1.5,"d":2.0,"e":true,"f":{},)"
                   R"("g":7,"h":"x\ny"})"});
  REQUIRE(segments);
  CHECK(Told(*segments) == Texts{"a:\"x\"", "d:2.0", "e:true", "g:7"});
  CHECK_FALSE(EntriesLeft({"features", R"({"a":1})"}));
  CHECK_FALSE(EntriesLeft({"metadata", R"({"a":[1]})"}));
}

TEST_CASE("A feature beyond a double is not kept, and none of the 256") {
  std::string features = R"({"x":1e999,"n":-1E+400)";
  for (int i = 0; i < 256; ++i) {
    features += ",\"k" + std::to_string(i) + "\":1";
  }
  features += R"(,"more":1})";
  // Also where something else has to be mended.
  for (const std::string score : {"0.5", "NaN"}) {
    const std::string event =
        With("\"score\":" + score + ",\"features\":" + features);
    const KeptFields kept(event);
    REQUIRE(kept.fields().back().key == "features");
    const auto left = EntriesLeft(kept.fields().back());
    REQUIRE(left);
    REQUIRE(left->size() == 256);
    CHECK(left->front().key == "k0");
    CHECK(left->back().key == "k255");
    const Decoded decoded = DecodeOne(event);
    CHECK(FieldsWarnedOf(decoded, Warning::kUnusableEntry).size() == 3);
  }
}

TEST_CASE("The entries kept are those that decoding uses") {
  std::string segments = "{\"n\":null,\"x\":[]";
  for (int i = 0; i < 10; ++i) segments += ",\"k" + std::to_string(i) + "\":1";
  segments += "}";
  const auto left = EntriesLeft({"segments", segments});
  REQUIRE(left);
  const Decoded decoded = DecodeOne(With("\"segments\":" + segments));
  CHECK(left->size() == decoded.body.batch.segments.size() + 1);  // the null
  CHECK(left->back().key == "k7");
}

}  // namespace
}  // namespace plumbline
