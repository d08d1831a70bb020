#include "daemon/decode/json_fault.h"

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

TEST_CASE("The first fault of a text is found, and said in words") {
  const auto [text, at, what] =
      GENERATE(table<std::string, size_t, std::string>({
          {R"({"a":1,})", 7, "the comma before } is one too many"},
          {R"([1,])", 3, "the comma before ] is one too many"},
          {R"({"a":1 "b":2})", 7, "a comma is missing"},
          {R"({"a" 1})", 5, "a colon is missing behind the key"},
          {R"({a:1})", 1, "a key in double quotes (\") is missing"},
          {R"({'a':1})", 1, "a key in double quotes (\") is missing"},
          {R"({"a":'x'})", 5, "strings stand in double quotes (\")"},
          {"{\"a\":\xe2\x80\x9cx\xe2\x80\x9d}", 5,
           "strings stand in double quotes (\")"},
          {R"({"a":True})", 5, "True is written true"},
          {R"({"a":None})", 5,
           "None is no value of JSON; what is missing is written null"},
          {R"({"a":nan})", 5,
           "nan is no value of JSON; what is missing is written null"},
          {R"({"a":UP})", 5,
           "\"UP\" is no value of JSON; strings stand in double quotes (\")"},
          {R"({"a":01})", 5, "\"01\" is not a number as JSON writes it"},
          {R"({"a":.5})", 5, "\".5\" is not a number as JSON writes it"},
          {R"({"a":1./2})", 5, "\"1./2\" is not a number as JSON writes it"},
          {R"({"a":,"b":1})", 5, "a value is missing"},
          {R"({"a":1]})", 6, "] stands where an object is open"},
          {R"([{"a":1})", 8, "the text ends inside an array"},
          {R"({"a":1)", 6, "the text ends inside an object"},
          {R"({"a":)", 5, "the text ends inside an object"},
          {R"({"a":"x)", 5, "a string is not closed"},
          {"{\"a\":\"x\ty\"}", 7, "a tab in a string is written \\t"},
          {R"({"a":"C:\dir"})", 8,
           "\\d is no escape of JSON (a backslash is written \\\\)"},
          {R"({"a":"\u12g4"})", 6,
           "\\u is no escape of JSON (a backslash is written \\\\)"},
          {R"({"a":1} x)", 8, "something follows the value, which is complete"},
          {"// events\n{}", 0, "JSON has no comments"},
          {" ", 1, "there is no value"},
      }));
  INFO(text);
  const auto fault = FindJsonFault(text);
  REQUIRE(fault);
  CHECK(fault->at == at);
  CHECK(fault->what == what);
}

TEST_CASE("JSON has no fault, nor NaN, nor large numbers") {
  for (const char* text :
       {"{}", "[]", " [ ] ", "7", "\"\\\"\\u00e4\\ud800\"",
        R"({"a":[1,-2.5e-3,true,null,{"b":{}},[]],"c":"x"} )",
        "[NaN,Infinity,-Infinity,1e999]"}) {
    INFO(text);
    CHECK_FALSE(FindJsonFault(text));
  }
}

TEST_CASE("The element of an array in which the fault is is counted") {
  CHECK(FindJsonFault(R"([{"a":[1,2]},{"b":[3,4]},{]])")->element == 2);
  CHECK(FindJsonFault("[1,2,]")->element == 2);
  CHECK(FindJsonFault("{\"a\":1,\"b\":2,}")->element == 0);
}

TEST_CASE("A message names event, line and column, and shows the place") {
  const std::string good = With("\"latency\":1");
  const auto lines =
      Decode(good + "\n\n{\"model\":\"m\",\"caf\xc3\xa9\" 1}\n" + good,
             BodyFormat::kNdjson);
  REQUIRE(lines.body.errors.size() == 1);
  CHECK(lines.body.errors[0].index == 1);
  CHECK(lines.body.errors[0].message ==
        "event 1, line 3, column 21: a colon is missing behind the key, near "
        "{\"model\":\"m\",\"caf\xc3\xa9\" 1}");
  const auto array = Decode("[" + good + ",\n " + good + "\n " + good + "]");
  CHECK(array.status == BodyStatus::kInvalid);
  CHECK(array.message ==
        "the body is not JSON: event 1, line 3, column 2: a comma is missing, "
        "near ...ion\":\"UP\",\"latency\":1}  "
        "{\"model\":\"m\",\"id\":\"a\",\"p...");
  const auto object = Decode("{\"model\": \"m\",\n \"id\": 'a'}");
  CHECK(object.message ==
        "the body is not JSON: event 0, line 2, column 8: strings stand in "
        "double quotes (\"), near {\"model\": \"m\",  \"id\": 'a'}");
}

TEST_CASE("What is no object is named with its place") {
  const std::string good = With("\"latency\":1");
  CHECK(Decode("[" + good + ", \"x\"]").message ==
        "event 1, line 1, column 56: it is a string, not an object");
  CHECK(Decode("[1]").message ==
        "event 0, line 1, column 2: it is a number, not an object");
  CHECK(Decode("7", BodyFormat::kJson).message ==
        "the body is a number, neither a JSON object nor an array of objects");
  const auto lines = Decode(good + "\n [" + good + "]", BodyFormat::kNdjson);
  REQUIRE(lines.body.errors.size() == 1);
  CHECK(lines.body.errors[0].message ==
        "event 1, line 2, column 2: it is an array, not an object");
}

TEST_CASE("Lines sent as JSON are told how lines are sent") {
  const std::string good = With("\"latency\":1");
  const auto decoded = Decode(good + "\n" + good, BodyFormat::kJson);
  CHECK(decoded.status == BodyStatus::kInvalid);
  CHECK(decoded.message.ends_with(
      "(one event per line is application/x-ndjson)"));
}

// The text with `bytes` bytes per character.
std::string Widened(const std::string& text, size_t bytes, bool big) {
  std::string wide;
  for (const char c : text) {
    std::string character(bytes, '\0');
    character[big ? bytes - 1 : 0] = c;
    wide += character;
  }
  return wide;
}

TEST_CASE("UTF-16 and UTF-32 are named") {
  const std::string event = With("\"latency\":1");
  using namespace std::string_literals;  // NOLINT: texts with zeros
  const std::pair<std::string, std::string> bodies[] = {
      {"\xff\xfe"s + Widened(event, 2, false), "UTF-16LE"},
      {"\xfe\xff"s + Widened(event, 2, true), "UTF-16BE"},
      {Widened(event, 2, false), "UTF-16LE"},
      {Widened("[" + event + "]", 2, true), "UTF-16BE"},
      {"\xff\xfe\0\0"s + Widened(event, 4, false), "UTF-32LE"},
      {"\0\0\xfe\xff"s + Widened(event, 4, true), "UTF-32BE"},
      {Widened(event, 4, false), "UTF-32LE"},
      {Widened(event, 4, true), "UTF-32BE"},
  };
  for (const auto& [body, name] : bodies) {
    for (const BodyFormat format :
         {BodyFormat::kUnknown, BodyFormat::kJson, BodyFormat::kNdjson}) {
      const Decoded decoded = Decode(body, format);
      CHECK(decoded.status == BodyStatus::kInvalid);
      CHECK(decoded.message == "the body is " + name + "; send it as UTF-8");
    }
  }
  CHECK(WideEncodingOf(event).empty());
  CHECK(WideEncodingOf("{").empty());
  CHECK(WideEncodingOf("").empty());
}

}  // namespace
}  // namespace plumbline
