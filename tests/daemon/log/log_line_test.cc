#include "daemon/log/log_line.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a line is logfmt, with quotes where they are needed") {
  CHECK(FormatLogLine(LogFormat::kLogfmt, "info", "it began",
                      {{"port", "9350"}, {"empty", ""}}) ==
        R"(level=info msg="it began" port=9350 empty="")");
}

TEST_CASE("a line is the fields of a JSON object") {
  CHECK(FormatLogLine(LogFormat::kJson, "warn", "a", {{"b", "c\"d"}}) ==
        R"("level":"warn","msg":"a","b":"c\"d")");
}

TEST_CASE("text from outside makes up neither a line nor a field") {
  const std::string evil = "x\nts=T level=error msg=\"made up\" \x1b[31m\x85";
  for (const LogFormat format : {LogFormat::kLogfmt, LogFormat::kJson}) {
    const std::string line =
        FormatLogLine(format, "info", "m", {{"model", evil}});
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find("msg=\"made") == std::string::npos);
  }
}

TEST_CASE("a percent or brace in a value is no format") {
  CHECK(FormatLogLine(LogFormat::kLogfmt, "info", "m", {{"v", "%s{}%v"}}) ==
        "level=info msg=m v=%s{}%v");
}
