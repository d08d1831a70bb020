#include "daemon/tool/event_file.h"

#include <string>
#include <utility>
#include <vector>

#include "daemon/gzip/gzip.h"
#include "tests/support/catch.h"
#include "tests/support/gzip.h"
#include "tests/support/temporary.h"

namespace plumbline {
namespace {

struct Read {
  std::vector<std::string> texts;  // or "line: problem"
  std::vector<uint64_t> lines;
  std::string error;
  std::string left_out;
};

Read ReadAll(const std::string& bytes, const std::string& name = "events",
             const std::vector<std::string>& map = {},
             const std::vector<std::string>& constants = {}) {
  const TemporaryDirectory directory;
  Read read;
  const auto mapping = CsvMapping::Parse(map, constants, &read.error);
  if (!mapping) return read;
  const auto file =
      EventFile::Open(directory.Write(name, bytes), &*mapping, &read.error);
  if (file == nullptr) return read;
  read.left_out = file->left_out();
  for (EventText event; file->Next(&event);) {
    read.texts.push_back(event.problem.empty() ? event.json : event.problem);
    read.lines.push_back(event.line);
  }
  if (!file->ok()) read.error = "damaged";
  return read;
}

using Texts = std::vector<std::string>;
using Lines = std::vector<uint64_t>;

constexpr auto kMark = "\xef\xbb\xbf";

TEST_CASE("lines are events, whatever ends them, with their numbers") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const std::string text = R"({"a":1})" + end + end + " \t" + end +
                             R"({"b":"x\"}{"} )" + end + R"({"c":[1,{}]})";
    for (const std::string& bytes :
         {text, text + end, kMark + text, Gzip(text), Gzip(kMark + text)}) {
      const Read read = ReadAll(bytes);
      CHECK(read.error.empty());
      CHECK(read.texts ==
            Texts{R"({"a":1})", R"({"b":"x\"}{"})", R"({"c":[1,{}]})"});
      CHECK(read.lines == Lines{1, 4, 5});
    }
  }
}

TEST_CASE("files with byte order marks can be joined") {
  const std::string file = std::string(kMark) + "{\"a\":1}\n";
  CHECK(ReadAll(file + file).texts == Texts{"{\"a\":1}", "{\"a\":1}"});
  CHECK(ReadAll(Gzip(file) + Gzip(file)).lines == Lines{1, 2});
}

TEST_CASE("an array is its elements, on one line or many") {
  CHECK(ReadAll(R"([{"a":1},{"b":2}])").texts ==
        Texts{R"({"a":1})", R"({"b":2})"});
  const Read pretty = ReadAll(
      "[\n  {\n    \"a\": 1,\n    \"f\": {\n      \"x\": []\n    }\n  },\n"
      "  {\n    \"b\": 2\n  }\n]\n");
  CHECK(pretty.texts ==
        Texts{R"({ "a": 1, "f": { "x": [] } })", R"({ "b": 2 })"});
  CHECK(pretty.lines == Lines{2, 8});
  CHECK(ReadAll("[]").texts.empty());
  CHECK(ReadAll("[{\"a\":1}]\n[{\"b\":2}]\n").texts.size() == 2);
}

TEST_CASE("objects over several lines are events") {
  const Read read = ReadAll("{\n  \"a\": 1\n}\n{\n  \"b\": {\n  }\n}\n");
  CHECK(read.texts == Texts{R"({ "a": 1 })", R"({ "b": { } })"});
  CHECK(read.lines == Lines{1, 4});
}

TEST_CASE("what is broken costs itself alone") {
  const Read lines = ReadAll(
      "{\"a\":1}\nnonsense\n{\"b\":\n{\"c\":3}\n{\"d\":\"x\n{\"e\":5} {}\n"
      "{\"f\":6}\n");
  CHECK(lines.texts == Texts{"{\"a\":1}", "nonsense", "{\"b\":", "{\"c\":3}",
                             "{\"d\":\"x", "{\"e\":5} {}", "{\"f\":6}"});
  CHECK(lines.lines == Lines{1, 2, 3, 4, 5, 6, 7});
  const Read pretty = ReadAll(
      "[\n  {\n    \"a\": \"x\ny\",\n    \"b\": 1\n  },\n  {\n    \"c\": 2,\n"
      "  {\n    \"d\": 3\n  },\n  7, null,\n  {\"e\": 5}\n]\n");
  REQUIRE(pretty.texts.size() == 6);
  CHECK(pretty.lines == Lines{2, 7, 9, 12, 12, 13});
  CHECK(pretty.texts[2] == R"({ "d": 3 })");
  CHECK(pretty.texts[5] == R"({"e": 5})");
}

TEST_CASE("an array that does not end is told, and its events are taken") {
  const Read read = ReadAll("[{\"a\":1},\n{\"b\":2}\n");
  CHECK(read.texts ==
        Texts{"{\"a\":1}", "{\"b\":2}", "the array does not end"});
}

TEST_CASE("what is no text in UTF-8 is named") {
  using std::string_literals::operator""s;
  CHECK(ReadAll("\xff\xfe{\0"s).error.find("UTF-16LE") != std::string::npos);
  CHECK(ReadAll("\0{\0\"\0a"s).error.find("UTF-16BE") != std::string::npos);
  CHECK(ReadAll("{\0\0\0\"\0\0\0"s).error.find("UTF-32LE") !=
        std::string::npos);
  CHECK(ReadAll("\x28\xb5\x2f\xfd...."s).error.find("zstd") !=
        std::string::npos);
  CHECK(ReadAll(Gzip(std::string(9999, 'x')).substr(0, 20)).error == "damaged");
}

TEST_CASE("columns are fields by their names, and cells are what they say") {
  const Read read = ReadAll(
      "id,model,version,prediction,label,score,timestamp,features.age,"
      "segments.tier,scores.spam,other\n"
      "1,m,7,1,0.5,.5,2026-11-29T12:00:00Z,42,3,1e-3,x\n"
      "a b,m,,yes,True,+1,1796005000,x,gold,,\n"
      ",m,,NaN,None,NA,,,,,\n");
  CHECK(
      read.texts ==
      Texts{R"({"id":"1","model":"m","version":"7","prediction":1,"label":0.5,)"
            R"("score":0.5,"timestamp":"2026-11-29T12:00:00Z",)"
            R"("features":{"age":42},"scores":{"spam":1e-3},)"
            R"("segments":{"tier":"3"}})",
            R"({"id":"a b","model":"m","prediction":"yes","label":"True",)"
            R"("score":1,"timestamp":"1796005000","features":{"age":"x"},)"
            R"("segments":{"tier":"gold"}})",
            R"({"model":"m"})"});
  CHECK(read.lines == Lines{2, 3, 4});
}

TEST_CASE("an empty cell among scores is null, and a row of them has none") {
  const Read read = ReadAll(
      "model,prediction,scores.a,scores.b,scores.c\n"
      "m,a,0.6,,0.4\nm,a,NaN,0.3,0.7\nm,a,,NA,\nm,a,1,0,0\n");
  CHECK(
      read.texts ==
      Texts{R"({"model":"m","prediction":"a",)"
            R"("scores":{"a":0.6,"b":null,"c":0.4}})",
            R"({"model":"m","prediction":"a",)"
            R"("scores":{"a":null,"b":0.3,"c":0.7}})",
            R"({"model":"m","prediction":"a"})",
            R"({"model":"m","prediction":"a","scores":{"a":1,"b":0,"c":0}})"});
}

TEST_CASE("an id that is a whole number is the integer, and a version text") {
  const Read read = ReadAll(
      "model,label,id,version\n"
      "m,a,1.0,1.0\nm,a,-7.0,2\nm,a,-0.0,2\nm,a,9007199254740991.0,2\n"
      "m,a,9007199254740992.0,2\nm,a,1.50,2\nm,a,1.00,2\nm,a,007.0,2\n"
      "m,a,x.0,2\nm,a,1e3.0,2\nm,a,.0,2\n");
  Texts ids;
  for (const std::string& text : read.texts) {
    ids.push_back(text.substr(text.find("\"id\":") + 5));
  }
  CHECK(ids == Texts{R"("1","version":"1.0"})", R"("-7","version":"2"})",
                     R"("0","version":"2"})",
                     R"("9007199254740991","version":"2"})",
                     R"("9007199254740992.0","version":"2"})",
                     R"("1.50","version":"2"})", R"("1.00","version":"2"})",
                     R"("007.0","version":"2"})", R"("x.0","version":"2"})",
                     R"("1e3.0","version":"2"})", R"(".0","version":"2"})"});
}

TEST_CASE("a number that JSON writes in another way is one") {
  const Read read = ReadAll(
      "model,prediction,label,score,features.x,id\n"
      "m,.5,-.5,+0.5,5.,.5\nm,+1,-1.,.25e1,5.e-3,+1\n"
      "m,.,1.2.3,-.,+-5,1.\nm,.e1,..5,.5x,0x.5,+\nm,+,007,007,00.5,2\n");
  CHECK(read.texts ==
        Texts{R"({"model":"m","prediction":0.5,"label":-0.5,"score":0.5,)"
              R"("id":".5","features":{"x":5.0}})",
              R"({"model":"m","prediction":1,"label":-1.0,"score":0.25e1,)"
              R"("id":"+1","features":{"x":5.0e-3}})",
              R"({"model":"m","prediction":".","label":"1.2.3","score":"-.",)"
              R"("id":"1.","features":{"x":"+-5"}})",
              R"({"model":"m","prediction":".e1","label":"..5","score":".5x",)"
              R"("id":"+","features":{"x":"0x.5"}})",
              R"({"model":"m","prediction":"+","label":"007","score":7,)"
              R"("id":"2","features":{"x":"00.5"}})"});
}

TEST_CASE("what is infinite is left for the reader to warn of") {
  const Read read = ReadAll(
      "id,model,prediction,score,features.x,features.y\n"
      "inf,m,inf,-Inf,+infinity,INF\n"
      "1,m,nan,NAN,1e999,x\n");
  CHECK(read.texts ==
        Texts{R"({"id":"inf","model":"m","prediction":Infinity,)"
              R"("score":-Infinity,"features":{"x":Infinity,"y":Infinity}})",
              R"({"id":"1","model":"m","score":"NAN",)"
              R"("features":{"x":1e999,"y":"x"}})"});
}

TEST_CASE(
    "digits in a column of times are text, which knows how many make one") {
  const Read read = ReadAll(
      "model,label,id,timestamp\n"
      "m,a,1,20261129\nm,a,2,20261129.0\nm,a,3,1796005000.5\n"
      "m,a,4,1.796005e9\nm,a,5,2026-11-29\n");
  Texts times;
  for (const std::string& text : read.texts) {
    times.push_back(text.substr(text.find("\"timestamp\":") + 12));
  }
  CHECK(times == Texts{R"("20261129"})", R"("20261129.0"})",
                       R"("1796005000.5"})", "1.796005e9}",
                       R"("2026-11-29"})"});
}

TEST_CASE("columns and constants are mapped to fields") {
  const Read read = ReadAll(
      "request_id,y_pred,\"y, true\",p1,model\n1,yes,no,0.9,car\n", "a.csv",
      {"id=request_id,prediction=y_pred", "label=y, true,score=p1"},
      {"model=m,version=2", "segments.country=de"});
  CHECK(read.error.empty());
  CHECK(read.texts ==
        Texts{R"({"model":"m","version":"2","id":"1","prediction":"yes",)"
              R"("label":"no","score":0.9,"segments":{"country":"de"}})"});
}

TEST_CASE("columns that are no field are told, with the field that is near") {
  const auto left_out = [](const std::string& header,
                           const std::vector<std::string>& map = {}) {
    return ReadAll(header + "\n", "a.csv", map, {"model=m"}).left_out;
  };
  CHECK(left_out("id,prediction,model,features.x").empty());
  CHECK(left_out("id,prediction,weight,lable") ==
        R"(left out, as no field has the name: lable (the nearest: "label"), )"
        "weight");
  CHECK(left_out("prediction,Feature.x,\"a,b\",,q,q") ==
        "left out, as no field has the name: Feature.x (the nearest: "
        R"("features.x"), "a,b", "", q)");
  // Columns with another name, mapped or not.
  CHECK(left_out("rid,prediction,label,truth", {"id=rid,label=truth"}).empty());
  CHECK(left_out("label,id,q,label,id,label,weight") ==
        "left out, as no field has the name: q, weight; "
        "there twice, and the first counts: label, id");
  CHECK(left_out("id,id,rid,rid,label", {"id=rid"}) ==
        "there twice, and the first counts: rid");
  std::string many = "label";
  for (int i = 0; i < 25; ++i) many += ",x" + std::to_string(i);
  const std::string told = left_out(many + ",scor");
  CHECK(told.starts_with(
      R"(left out, as no field has the name: scor (the nearest: "score"), x0)"));
  CHECK(told.ends_with(", x18 and 6 more"));
}

TEST_CASE("quotes, line breaks and delimiters are read as RFC 4180 has them") {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const Read read = ReadAll(std::string(kMark) + "model,prediction,id" + end +
                              "m,\"a \"\"b\"\", c\",\"1" + end + "2\"" + end +
                              end + "m,[\"x\"],3" + end);
    CHECK(read.texts ==
          Texts{R"({"model":"m","prediction":"a \"b\", c","id":"1\n2"})",
                R"({"model":"m","prediction":["x"],"id":"3"})"});
    CHECK(read.lines == Lines{2, 5});
  }
  CHECK(ReadAll("model;label;id\nm;a,b;1\n").texts ==
        Texts{R"({"model":"m","label":"a,b","id":"1"})"});
  CHECK(ReadAll("model\tlabel\tid\nm\t a\t\n").texts ==
        Texts{R"({"model":"m","label":"a"})"});
}

TEST_CASE("a row that is broken costs itself alone") {
  const Read read = ReadAll(
      "model,label,id\nm,a\nm,b,2\nm,\"c,3\nm,d,4\nm,e,5,6\nm,f,\"6\nm,g,7\n");
  CHECK(read.texts == Texts{"has 2 cells, and the header has 3",
                            R"({"model":"m","label":"b","id":"2"})",
                            "a quoted cell does not end",
                            R"({"model":"m","label":"d","id":"4"})",
                            "has 4 cells, and the header has 3",
                            "a quoted cell does not end",
                            R"({"model":"m","label":"g","id":"7"})"});
  CHECK(read.lines == Lines{2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("a mapping that cannot be meant is told with what is near") {
  CHECK(ReadAll("x", "a", {"predicton=x"}).error.find("prediction") !=
        std::string::npos);
  CHECK(ReadAll("x", "a", {"prediction"}).error.find("FIELD=COLUMN") !=
        std::string::npos);
  CHECK(ReadAll("x", "a", {"id=x,id=y"}).error.find("twice") !=
        std::string::npos);
  CHECK(ReadAll("x", "a", {"id=x"}, {"id=y"}).error.find("twice") !=
        std::string::npos);
}

TEST_CASE("what fits no file is told before anything is read") {
  const TemporaryDirectory directory;
  const std::string csv = directory.Write("a.csv", "y_pred,y_true\n1,1\n");
  const std::string json = directory.Write("b", "{}\n");
  const auto opens = [&](const std::vector<std::string>& paths,
                         const std::vector<std::string>& map,
                         const std::vector<std::string>& constants) {
    std::string error;
    EventReport report(paths, "reading");
    const auto mapping = CsvMapping::Parse(map, constants, &error);
    REQUIRE(mapping);
    return EventFiles().Open(paths, &*mapping, &report);
  };
  CHECK(opens({csv}, {"prediction=y_pred"}, {"model=m"}));
  // A column of one file is enough.
  const std::string other = directory.Write("c.csv", "id,y_label\n1,1\n");
  CHECK(opens({csv, other}, {"prediction=y_pred,label=y_label"}, {"model=m"}));
  CHECK_FALSE(opens({csv}, {"prediction=y_prod"}, {"model=m"}));
  CHECK_FALSE(opens({csv}, {"prediction=y_pred"}, {}));
  CHECK_FALSE(opens({csv}, {}, {"model=m"}));
  CHECK_FALSE(opens({json}, {}, {"model=m"}));
  CHECK_FALSE(opens({directory.path + "/nowhere"}, {}, {}));
}

}  // namespace
}  // namespace plumbline
