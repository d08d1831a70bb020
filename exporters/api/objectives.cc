#include "exporters/api/objectives.h"

#include <algorithm>

#include "core/settings/settings.h"
#include "exporters/api/table_parts.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

std::string VerdictOf(const Json& objective, const Json& window) {
  const Json& pairs = window["observations"];
  if (objective.contains("min_observations") &&
      pairs < objective["min_observations"]) {
    return "not told yet, with " + Shown(pairs) + " of " +
           Shown(objective["min_observations"]) + " pairs";
  }
  const std::string metric = objective["metric"];
  if (!window["metrics"].contains(metric)) return "not told: it has no value";
  const Json& value = window["metrics"][metric];
  const bool missed = (objective.contains("min") && value < objective["min"]) ||
                      (objective.contains("max") && value > objective["max"]);
  return (missed ? "MISSED, with " : "met, with ") + Shown(value);
}

}  // namespace

// Only the first matching entry counts.
Json ObjectivesOf(const Json& status, const std::string& model) {
  const Json::json_pointer models("/config/models");
  if (!status.is_object() || !status.contains(models)) return Json::array();
  for (const Json& entry : status[models]) {
    if (!GlobMatches(entry["match"].get<std::string>(), model)) continue;
    return entry.contains("objectives") ? entry["objectives"] : Json::array();
  }
  return Json::array();
}

std::string ObjectiveLine(const Json& objective,
                          const std::vector<Json>& windows) {
  const auto window = std::find_if(
      windows.begin(), windows.end(),
      [&](const Json& w) { return w["window"] == objective["window"]; });
  if (window == windows.end()) return "";
  std::string bounds;
  if (objective.contains("min")) {
    bounds += " at least " + objective["min"].dump();
  }
  if (objective.contains("max")) {
    bounds +=
        (bounds.empty() ? " at most " : ", at most ") + objective["max"].dump();
  }
  return "objective " + Shown(objective["metric"]) + " over " +
         Shown(objective["window"]) + bounds + ": " +
         VerdictOf(objective, *window) + "\n";
}

}  // namespace plumbline
