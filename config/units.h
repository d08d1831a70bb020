// Durations ("5m") and sizes ("64KiB") as the configuration writes them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/settings/settings.h"

namespace plumbline {

// Milliseconds. A whole number and one of s, m, h, d.
std::optional<int64_t> ParseDuration(std::string_view text);
// In the largest unit that fits: 3600000 is "1h", 90500 is "90500ms".
std::string FormatDuration(int64_t ms);

// Bytes. A whole number and one of B, KiB, MiB, GiB, TiB, or none for bytes.
std::optional<int64_t> ParseSize(std::string_view text);
std::string FormatSize(int64_t bytes);

// "5m" or "last_1000", with `slots` slots to a time window. nullopt if it is
// neither; ranges are the caller's to check.
std::optional<WindowSettings> ParseWindow(std::string_view text, int64_t slots);
// True if `text` is a spelling of the window: 60m is 1h.
bool IsWindow(const WindowSettings& window, std::string_view text);

}  // namespace plumbline
