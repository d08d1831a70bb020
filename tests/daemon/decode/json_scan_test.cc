#include "daemon/decode/json_scan.h"

#include "tests/support/catch.h"

namespace plumbline {
namespace {

TEST_CASE(
    "what follows an object or array is found where the text begins with one") {
  CHECK(BehindFirstValue("{\"a\": \"}\"}{}") == "{}");
  CHECK(BehindFirstValue("[{}, [1]] x") == " x");
  CHECK(BehindFirstValue("{}") == "");
  for (const char* none : {"", " {}", "1 {}", "\"a\"", "}{", "{\"a\": [1}"}) {
    CAPTURE(none);
    CHECK(BehindFirstValue(none) == std::nullopt);
  }
}

}  // namespace
}  // namespace plumbline
