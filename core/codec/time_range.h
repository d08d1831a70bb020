// The range of valid stored times.

#pragma once

#include <cstdint>

namespace plumbline {

// The latest time of clocks and events, in milliseconds since the Unix epoch:
// in the year 10,889.
inline constexpr int64_t kLastTimeMs = int64_t{1} << 48;
constexpr bool IsTime(int64_t time_ms) {
  return time_ms >= 0 && time_ms <= kLastTimeMs;
}

}  // namespace plumbline
