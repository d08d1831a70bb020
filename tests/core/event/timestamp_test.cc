#include "core/event/timestamp.h"

#include "tests/support/catch.h"

namespace plumbline {
namespace {

// 2026-11-29T12:00:00Z
constexpr int64_t kNoon = 1795953600;
constexpr int64_t kNoonUs = kNoon * 1'000'000;

TEST_CASE("RFC 3339 times are read to the microsecond") {
  CHECK(ParseTimestamp("1970-01-01T00:00:00Z") == 0);
  CHECK(ParseTimestamp("1996-11-23T00:00:00+10:00") == 848671200000000);
  CHECK(ParseTimestamp("2026-11-24t03:00:00.1234567z") == 1795489200123456);
  CHECK(ParseTimestamp("2026-11-29T11:59:60Z") == kNoonUs);
  CHECK(ParseTimestamp("1969-12-31T23:59:59Z") == -1'000'000);
  CHECK(FormatTimestamp(1795489200123) == "2026-11-24T03:00:00.123Z");
}

TEST_CASE("Times are read with any offset, with none, and from a date alone") {
  for (const char* text :
       {"2026-11-29T12:00:00", "2026-11-29 12:00:00", "2026-11-29T12:00:00Z",
        "2026-11-29T12:00:00+0000", "2026-11-29 12:00:00+00",
        "2026-11-29T12:00:00-00:00", "2026-11-29T13:30:00+01:30",
        "2026-11-29T13:30:00+0130", "2026-11-29 10:00:00.000-02",
        "2026-11-29T12:00:00.000000000"}) {
    INFO(text);
    CHECK(ParseTimestamp(text) == kNoonUs);
  }
  CHECK(ParseTimestamp("2026-11-29") == kNoonUs - int64_t{43'200'000'000});
}

TEST_CASE("What is no time is not read as one") {
  for (const char* text :
       {"", "yesterday", "2026-02-30T00:00:00Z", "2026-02-30",
        "2026-11-24T03:00:00Z ", " 2026-11-24", "2026-11-24T", "2026-11-24Z",
        "2026-11-24T03:00", "2026-11-24T24:00:00Z", "2026-11-24T03:00:00.Z",
        "2026-11-24T03:00:00+24:00", "2026-11-24T03:00:00+1",
        "2026-11-24T03:00:00+01:", "2026-11-24T03:00:00+01000", "20261124",
        "26-11-24"}) {
    INFO(text);
    CHECK_FALSE(ParseTimestamp(text));
  }
}

TEST_CASE("The unit of a number is told by its size") {
  CHECK(TimestampOfInteger(0) == 0);
  CHECK(TimestampOfInteger(kNoon) == kNoonUs);
  CHECK(TimestampOfInteger(1795953600123) == kNoonUs + 123'000);
  CHECK(TimestampOfInteger(1795953600123457) == kNoonUs + 123'457);
  CHECK(TimestampOfInteger(1795953600123457999) == kNoonUs + 123'457);
  CHECK(TimestampOfInteger(99'999'999'999) == 99'999'999'999'000'000);
  CHECK(TimestampOfInteger(100'000'000'000) == 100'000'000'000'000);
  CHECK(TimestampOfInteger(99'999'999'999'999) == 99'999'999'999'999'000);
  CHECK(TimestampOfInteger(100'000'000'000'000) == 100'000'000'000'000);
  CHECK(TimestampOfInteger(99'999'999'999'999'999) == 99'999'999'999'999'999);
  CHECK(TimestampOfInteger(100'000'000'000'000'000) == 100'000'000'000'000);
  CHECK(TimestampOfInteger(UINT64_MAX) == 18'446'744'073'709'551);
}

TEST_CASE("A number with a fraction is rounded to the microsecond") {
  CHECK(TimestampOfDouble(1795953600.25) == kNoonUs + 250'000);
  CHECK(TimestampOfDouble(1795953600123.5) == kNoonUs + 123'500);
  CHECK(TimestampOfDouble(1795953600123456.0) == kNoonUs + 123'456);
  CHECK(TimestampOfDouble(1795953600123456e3) == kNoonUs + 123'456);
  CHECK(TimestampOfDouble(0.0) == 0);
  CHECK_FALSE(TimestampOfDouble(-0.5));
  CHECK_FALSE(TimestampOfDouble(1e300));
  CHECK_FALSE(TimestampOfDouble(std::numeric_limits<double>::quiet_NaN()));
}

TEST_CASE("A text of digits is Unix time, by how many it has") {
  CHECK(ParseTimestamp("1795953600") == kNoonUs);
  CHECK(ParseTimestamp("795953600") == int64_t{795'953'600'000'000});
  CHECK(ParseTimestamp("1795953600.123456789") == kNoonUs + 123'456);
  CHECK(ParseTimestamp("1795953600123") == kNoonUs + 123'000);
  CHECK(ParseTimestamp("1795953600123.4567") == kNoonUs + 123'456);
  CHECK(ParseTimestamp("1795953600123456") == kNoonUs + 123'456);
  CHECK(ParseTimestamp("1795953600123456.9") == kNoonUs + 123'456);
  CHECK(ParseTimestamp("1795953600123456789") == kNoonUs + 123'456);
  for (const char* text :
       {"17959536", "17959536000", "179595360012", "17959536001234",
        "179595360012345", "17959536001234567", "-1795953600", "+1795953600",
        "1795953600.", "1795953600.5s", "1.7959536e9", "0x17959536"}) {
    INFO(text);
    CHECK_FALSE(ParseTimestamp(text));
  }
}

}  // namespace
}  // namespace plumbline
