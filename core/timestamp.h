// RFC 3339 timestamps.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

// Microseconds since the Unix epoch (further digits are cut off), or nullopt
// if `text` is not an RFC 3339 date and time. A leap second counts as the
// second after it.
std::optional<int64_t> ParseTimestamp(std::string_view text);

// "2026-11-24T03:00:00.000Z"
std::string FormatTimestamp(int64_t time_ms);

}  // namespace plumbline
