// Points in time, as they are written: RFC 3339 and Unix time.
//
// The unit of Unix time is told by its size: seconds below 1e11 (the year
// 5138), milliseconds below 1e14, microseconds below 1e17, then nanoseconds.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

// Times are microseconds since the Unix epoch, unless a name ends in _ms.

// What a number says. An integer loses no microsecond, a double is rounded to
// them; nullopt if it is below 0, or 1.8e19 or more.
int64_t TimestampOfInteger(uint64_t number);
std::optional<int64_t> TimestampOfDouble(double number);

// What a text says; further digits are cut off. nullopt if it is neither of
// these:
// - RFC 3339. A space may stand for `T`, and the offset may lack its colon, or
//   minutes. Without an offset it is UTC; a date alone is its midnight. A leap
//   second counts as the second after it.
// - Unix time, of 9, 10, 13, 16 or 19 digits, with a fraction or without.
std::optional<int64_t> ParseTimestamp(std::string_view text);

// "2026-11-24T03:00:00.000Z"
std::string FormatTimestamp(int64_t time_ms);

}  // namespace plumbline
