// Durations ("5m") and sizes ("64KiB") of the configuration.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/settings/settings.h"

namespace plumbline {

// Parses a whole number and one of s, m, h, d. Returns milliseconds.
std::optional<int64_t> ParseDuration(std::string_view text);
// In the largest unit that divides it: 3600000 is "1h", 90500 is "90500ms".
std::string FormatDuration(int64_t ms);

// Parses a whole number and one of B, KiB, MiB, GiB, TiB, or none for bytes.
std::optional<int64_t> ParseSize(std::string_view text);
std::string FormatSize(int64_t bytes);

// Parses "5m" or "last_1000"; a time window gets `slots` slots. nullopt if it
// is neither. The caller checks ranges.
std::optional<WindowSettings> ParseWindow(std::string_view text, int64_t slots);
// True if `text` is a spelling of the window: 60m is 1h.
bool IsWindow(const WindowSettings& window, std::string_view text);

}  // namespace plumbline
