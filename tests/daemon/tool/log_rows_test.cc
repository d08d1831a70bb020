#include "daemon/tool/log_rows.h"

#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temporary.h"

namespace plumbline {
namespace {

using Texts = std::vector<std::string>;

std::string Record(const std::string& kind, int day,
                   const std::string& fields) {
  return R"({"kind":")" + kind + R"(","time":"2026-11-)" +
         (day < 10 ? "0" : "") + std::to_string(day) +
         R"(T00:00:00.000Z","model":"m",)" + fields + "}\n";
}

std::string Predicted(int day, const std::string& prediction,
                      const std::string& x, const std::string& version = "7",
                      const std::string& id = "1") {
  return Record("prediction", day,
                "\"version\":" + version + ",\"id\":" + id +
                    ",\"prediction\":" + prediction +
                    ",\"features\":{\"x\":" + x + "}");
}

std::string Paired(int day, const std::string& prediction,
                   const std::string& id = "\"1\"") {
  return Record("observation", day,
                R"("version":"7","id":)" + id + ",\"prediction\":" +
                    prediction + ",\"label\":" + prediction);
}

struct Joined {
  Texts rows;   // "prediction features"
  Texts times;  // of completion
  uint64_t without_prediction = 0;
};

Joined Join(const std::string& log, LogFlags flags = {}) {
  const TemporaryDirectory directory;
  LogFiles files(directory.Write("log", log));
  Joined joined;
  joined.without_prediction =
      ForEachPair(flags, 1000, &files, [&](const LogRecord& row) {
        joined.rows.push_back(row.Text("prediction") + " " +
                              row.Text("features"));
        joined.times.push_back(row.Text("time"));
      });
  CHECK(files.problems().empty());
  return joined;
}

TEST_CASE("the classes of pairs are known in their canonical spelling") {
  const TemporaryDirectory directory;
  std::string log = Predicted(1, "\"waits\"", "1") + Paired(2, "\" UP\"") +
                    Paired(3, "\"UP\"") + Paired(4, "1.0") + Paired(5, "true");
  LogFiles files(directory.Write("log", log));
  files.ForEach([](const LogRecord&) {});
  CHECK(files.Classes("m") == Texts{"1", "UP", "true"});
  CHECK(files.Classes({}) == Texts{"1", "UP", "true"});
  CHECK(files.Classes("other") == Texts{});
  for (int i = 0; i < 10'001; ++i) {
    log += Paired(6, std::to_string(i) + ".5");
  }
  LogFiles many(directory.Write("many", log));
  many.ForEach([](const LogRecord&) {});
  CHECK_FALSE(many.Classes("m").has_value());
}

TEST_CASE("a pair is found whatever spelling its class was sent in") {
  const std::pair<std::string, std::string> spellings[] = {
      {"\"UP \"", "\"UP\""},
      {"1", "\"true\""},
      {"true", "\"1\""},
      {"1.0", "\"1\""},
      {"1e0", "\"1\""},
      {"1e0", "\"true\""},
      {"\"1.0\"", "\"1\""},
      {"\"True\"", "\"true\""},
      {"0.50", "0.5"},
      {"2", "2.0"},
      {"\"up\"", "\"UP\""},  // an alias
      {"[\"b\",\"a\"]", "[\"a\",\"b\"]"}};
  for (const auto& [sent, shown] : spellings) {
    INFO(sent);
    const Joined joined = Join(Predicted(1, sent, "3") + Paired(2, shown));
    CHECK(joined.rows.size() == 1);
    CHECK(joined.without_prediction == 0);
  }
}

TEST_CASE("a pair is found whatever spelling its id and version were sent in") {
  for (const std::string name : {"7", "7.0", "7e0", "\"7\""}) {
    INFO(name);
    LogFlags flags;
    flags.version = "7";
    const Joined joined = Join(
        Predicted(1, "\"a\"", "3", name, name) + Paired(2, "\"a\"", "\"7\""),
        flags);
    CHECK(joined.rows == Texts{"a {\"x\":3}"});
  }
  const std::string apart =
      Record("prediction", 1,
             R"("version":7.0,"prediction":"a","features":{"x":3})") +
      Record("observation", 1, R"("version":"7","prediction":"a","label":"a")");
  CHECK(Join(apart).rows == Texts{"a {\"x\":3}"});
}

TEST_CASE("a prediction without a pair takes none of the next of its id") {
  // The first of them was forgotten before its label arrived.
  for (const std::string first : {"\"yes\"", "\"a\"", "0.5"}) {
    INFO(first);
    const Joined joined =
        Join(Predicted(1, first, "1") + Predicted(20, "\"b\"", "2") +
             Paired(21, "\"b\""));
    CHECK(joined.rows == Texts{"b {\"x\":2}"});
    CHECK(joined.without_prediction == 0);
  }
  // Nor does one that is sent under an alias.
  CHECK(Join(Predicted(1, "\"x\"", "1") + Predicted(20, "\"up\"", "2") +
             Paired(21, "\"UP\""))
            .rows == Texts{"UP {\"x\":2}"});
}

TEST_CASE("an id that is used again under aliases is as many pairs") {
  const Joined joined =
      Join(Predicted(1, "\"up\"", "1") + Paired(2, "\"UP\"") +
           Predicted(10, "\"down\"", "2") + Paired(11, "\"DOWN\"") +
           Predicted(20, "\"UP\"", "3") + Paired(20, "\"UP\""));
  CHECK(joined.rows == Texts{"UP {\"x\":1}", "DOWN {\"x\":2}", "UP {\"x\":3}"});
  CHECK(joined.without_prediction == 0);
}

TEST_CASE("a pair that was complete before a prediction is not of it") {
  const Joined joined = Join(Paired(2, "\"a\"") + Predicted(10, "\"a\"", "2") +
                             Paired(11, "\"a\""));
  CHECK(joined.rows == Texts{"a {\"x\":2}"});
  CHECK(joined.times == Texts{"2026-11-11T00:00:00.000Z"});
  CHECK(joined.without_prediction == 1);
}

}  // namespace
}  // namespace plumbline
