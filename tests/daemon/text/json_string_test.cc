#include "daemon/text/json_string.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

}  // namespace

TEST_CASE("JSON strings are escaped, and hold UTF-8 as it is") {
  CHECK(Json("a\"b\\c") == R"("a\"b\\c")");
  CHECK(Json("é€😀") == "\"é€😀\"");
  CHECK(Json("\n\t\x01\x7f") == R"("\n\u0009\u0001\u007f")");
  CHECK(Json("\xc2\x85") == R"("\u0085")");  // a C1 control
}

TEST_CASE("bytes that are not UTF-8 are replaced one by one") {
  const std::string replaced = "\"\xef\xbf\xbd\"";
  for (const char* bytes : {"\xff", "\x80", "\xc2"}) {
    CHECK(Json(bytes) == replaced);
  }
  // An overlong form, a surrogate, and a code beyond U+10FFFF.
  for (const char* bytes : {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    CHECK(Json(bytes).find("\xef\xbf\xbd") == 1);
  }
  CHECK(Json("\xc3(") == "\"\xef\xbf\xbd(\"");
}

TEST_CASE("text is not cut inside a character") {
  CHECK(CutText("abc", 5) == "abc");
  CHECK(CutText("aé", 2) == "a");
  CHECK(CutText("é", 1).empty());
}
