// Which stored times are believed.

#pragma once

#include <cstdint>

namespace plumbline {

// No clock and no event is later: the year 10,889. Milliseconds since the Unix
// epoch.
inline constexpr int64_t kLastTimeMs = int64_t{1} << 48;
constexpr bool IsTime(int64_t time_ms) {
  return time_ms >= 0 && time_ms <= kLastTimeMs;
}

}  // namespace plumbline
