#include "config/windows.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "config/units.h"
#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

using range::kSecond;

// The problem of a window apart from its slots, or empty.
std::string CheckRange(const WindowSettings& window) {
  if (window.slots == 0) {
    return range::kLast.Has(window.last)
               ? ""
               : "must be from last_1 to last_1000000";
  }
  return range::kWindowMs.Has(window.length_ms) ? "" : "must be from 1s to 90d";
}

}  // namespace

std::string CheckSlots(const WindowSettings& window) {
  if (window.slots == 0 || window.length_ms % window.slots == 0) return "";
  // Whole seconds that divide into slots of whole milliseconds.
  const int64_t step = window.slots / std::gcd(window.slots, kSecond) * kSecond;
  const int64_t most = range::kWindowMs.most;
  const int64_t fits = std::clamp((window.length_ms + step / 2) / step * step,
                                  step, most / step * step);
  return "does not divide into slots_per_window (" +
         std::to_string(window.slots) +
         ") slots of whole milliseconds; the nearest that does is " +
         FormatDuration(fits);
}

void ReadWindows(YamlMap* map, int64_t slots, bool used,
                 std::vector<WindowSettings>* windows) {
  const YAML::Node list = map->Take("windows");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("windows");
  if (!list.IsSequence() || list.size() == 0 ||
      list.size() > range::kMostWindows) {
    map->Problem(list, path,
                 "must be a list of 1 to 16 windows such as [5m, 1h, "
                 "last_1000]");
    return;
  }
  std::vector<WindowSettings> read;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    const auto window = list[i].IsScalar()
                            ? ParseWindow(list[i].Scalar(), slots)
                            : std::nullopt;
    if (!window) {
      map->Problem(list[i], at,
                   "must be a duration such as 5m, 1h or 7d, or last_N");
      continue;
    }
    std::string wrong = CheckRange(*window);
    if (wrong.empty() && used) wrong = CheckSlots(*window);
    if (!wrong.empty()) {
      map->Problem(list[i], at, "is " + window->name + ": " + wrong);
      continue;
    }
    const auto same = std::find_if(
        read.begin(), read.end(),
        [&](const WindowSettings& w) { return w.SameAs(*window); });
    if (same != read.end()) {
      map->Problem(
          list[i], at,
          "is " + window->name + ", which is there already as " + same->name);
      continue;
    }
    read.push_back(*window);
  }
  *windows = read;
}

const WindowSettings* FindWindow(const std::string& text,
                                 const std::vector<WindowSettings>& windows) {
  const auto window = std::find_if(
      windows.begin(), windows.end(),
      [&text](const WindowSettings& w) { return IsWindow(w, text); });
  return window == windows.end() ? nullptr : &*window;
}

std::string ListWindows(const std::vector<WindowSettings>& windows) {
  std::string list;
  for (const WindowSettings& window : windows) {
    list += (list.empty() ? "" : ", ") + window.name;
  }
  return list;
}

}  // namespace plumbline
