#include "daemon/decode/timestamp_field.h"

#include "tests/daemon/decode/decoding.h"

namespace plumbline {
namespace {

TEST_CASE("The timestamp of a line is found as decoding finds it") {
  TimestampField field;
  for (const char* value :
       {"1600000000", "1600000000.25", "1.6e9", "1600000000123",
        "1600000000123.5", "1600000000123457", "1600000000123457999",
        "\"2020-09-13T12:26:40\"", "\"2020-09-13 14:26:40.123457+0200\"",
        "\"2020-09-13\"", R"("2020-09-13T12:26:40\u002B01:00")",
        "\"1600000000\"", "\"1600000000123\""}) {
    const std::string event = With("\"timestamp\": " + std::string(value));
    INFO(event);
    CHECK(field.Read(event) == DecodeOne(event).event(0).timestamp_us);
  }
  CHECK(field.Read(With("\"timestamp\":1600000000123457")) == 1600000000123457);
}

TEST_CASE("A line without a time that can be read has none") {
  TimestampField field;
  for (const char* value :
       {"null", "NaN", "Infinity", "-1", "true", "\"soon\"", "1e300", "[1]"}) {
    INFO(value);
    CHECK_FALSE(field.Read(With("\"timestamp\":" + std::string(value))));
  }
  CHECK_FALSE(field.Read(With("\"latency\":1")));
  CHECK_FALSE(field.Read("7"));
}

}  // namespace
}  // namespace plumbline
