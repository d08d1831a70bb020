#include "config/units.h"

#include <array>
#include <charconv>
#include <limits>

namespace plumbline {
namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};
// In increasing order.
constexpr std::array<Unit, 4> kDurations = {
    {{"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 5> kSizes = {{{"B", 1},
                                         {"KiB", 1LL << 10},
                                         {"MiB", 1LL << 20},
                                         {"GiB", 1LL << 30},
                                         {"TiB", 1LL << 40}}};

// Removes a whole number from the front of `text`.
std::optional<int64_t> TakeNumber(std::string_view* text) {
  int64_t number = 0;
  const auto parsed =
      std::from_chars(text->data(), text->data() + text->size(), number);
  if (parsed.ec != std::errc() || number < 0) return std::nullopt;
  text->remove_prefix(static_cast<size_t>(parsed.ptr - text->data()));
  return number;
}

template <size_t N>
std::optional<int64_t> Parse(std::string_view text,
                             const std::array<Unit, N>& units) {
  const auto number = TakeNumber(&text);
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (text != unit.name) continue;
    if (*number > std::numeric_limits<int64_t>::max() / unit.factor) {
      return std::nullopt;
    }
    return *number * unit.factor;
  }
  return std::nullopt;
}

template <size_t N>
std::string Format(int64_t value, const std::array<Unit, N>& units,
                   std::string_view smallest) {
  for (size_t i = N; i-- > 0;) {
    if (value != 0 && value % units[i].factor == 0) {
      return std::to_string(value / units[i].factor) +
             std::string(units[i].name);
    }
  }
  return std::to_string(value) + std::string(smallest);
}

}  // namespace

std::optional<int64_t> ParseDuration(std::string_view text) {
  return Parse(text, kDurations);
}

std::string FormatDuration(int64_t ms) {
  return ms == 0 ? "0s" : Format(ms, kDurations, "ms");
}

std::optional<int64_t> ParseSize(std::string_view text) {
  std::string_view rest = text;
  const auto number = TakeNumber(&rest);
  if (number && rest.empty()) return number;
  return Parse(text, kSizes);
}

std::string FormatSize(int64_t bytes) { return Format(bytes, kSizes, "B"); }

std::optional<WindowSettings> ParseWindow(std::string_view text,
                                          int64_t slots) {
  WindowSettings window;
  window.name = text;
  constexpr std::string_view kLast = "last_";
  if (text.starts_with(kLast)) {
    text.remove_prefix(kLast.size());
    const auto last = TakeNumber(&text);
    if (!last || !text.empty()) return std::nullopt;
    window.last = *last;
    return window;
  }
  const auto length = ParseDuration(text);
  if (!length) return std::nullopt;
  window.length_ms = *length;
  window.slots = slots;
  return window;
}

bool IsWindow(const WindowSettings& window, std::string_view text) {
  const auto parsed = ParseWindow(text, window.slots);
  return parsed && parsed->length_ms == window.length_ms &&
         parsed->last == window.last;
}

}  // namespace plumbline
