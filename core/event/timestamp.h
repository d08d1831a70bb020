// Times as text and numbers: RFC 3339 and Unix time.
//
// The size of a Unix time tells its unit: seconds below 1e11 (the year 5138),
// milliseconds below 1e14, microseconds below 1e17, else nanoseconds.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

// Times are microseconds since the Unix epoch, unless a name ends in _ms.

// The time that a number means. An integer is exact to the microsecond; a
// double is rounded to microseconds. nullopt if it is negative, or 1.8e19 or
// more.
int64_t TimestampOfInteger(uint64_t number);
std::optional<int64_t> TimestampOfDouble(double number);

// The time that a text means. Digits beyond microseconds are cut off. nullopt
// if it is neither of these:
// - RFC 3339. A space may replace `T`. The offset may lack its colon or its
//   minutes. Without an offset the time is UTC; a date alone means midnight. A
//   leap second counts as the second after it.
// - Unix time of 9, 10, 13, 16 or 19 digits, with or without a fraction.
std::optional<int64_t> ParseTimestamp(std::string_view text);

// "2026-11-24T03:00:00.000Z"
std::string FormatTimestamp(int64_t time_ms);

}  // namespace plumbline
