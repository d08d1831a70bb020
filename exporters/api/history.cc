#include "exporters/api/history.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/units.h"
#include "core/event/timestamp.h"
#include "exporters/api/findings_json.h"
#include "exporters/api/window_json.h"

namespace plumbline {
namespace {

// RFC 3339 or Unix seconds; nullopt if it is neither.
std::optional<int64_t> ParseTime(const std::string& text) {
  if (const auto us = ParseTimestamp(text)) return *us / 1000;
  double seconds = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, seconds);
  constexpr double kMost = 1e12;
  if (parsed.ec != std::errc() || parsed.ptr != end || !(seconds >= 0) ||
      seconds > kMost) {
    return std::nullopt;
  }
  return static_cast<int64_t>(std::llround(seconds * 1000));
}

// A duration, or seconds.
std::optional<int64_t> ParseStep(const std::string& text) {
  if (const auto ms = ParseDuration(text)) return ms;
  return ParseTime(text);
}

// Counts in the model's dimensions; a hidden matrix is as small as its cells
// allow.
SlotCounts CountsOf(const StepCounts& step, const ModelSnapshot& model) {
  SlotCounts counts;
  const ClassMap& map = model.class_map;
  const bool united = map.shown_count > 0;
  const auto n =
      static_cast<uint32_t>(united ? map.shown.size() : model.classes.size());
  uint32_t side = model.has_matrix ? n : 0;
  uint32_t used = 0;  // cells of the matrix
  bool has_marginals = false;
  for (const auto& [key, value] : step.cells) {
    const uint32_t kind = StepCounts::KindOf(key);
    if (kind == StepCounts::kMatrix) used = StepCounts::CellIn(key) + 1;
    has_marginals = has_marginals || kind == StepCounts::kMarginals;
  }
  while (!model.has_matrix && side * side < used) ++side;
  counts.Reset(side * side, has_marginals ? n * kMarginals : 0);
  step.CopyTo(&counts);
  if (united) UniteClasses(map, &counts);
  return counts;
}

}  // namespace

std::optional<HistoryQuery> HistoryQuery::Parse(
    const std::optional<std::string>& from,
    const std::optional<std::string>& to,
    const std::optional<std::string>& step, int64_t now_ms,
    std::string* error) {
  const auto to_ms = to ? ParseTime(*to) : now_ms + 1;
  const auto from_ms = from    ? ParseTime(*from)
                       : to_ms ? *to_ms - 24 * History::kHourMs
                               : std::optional<int64_t>();
  if (!from_ms || !to_ms) {
    *error = "from and to are RFC 3339 or Unix seconds";
    return std::nullopt;
  }
  if (*from_ms > *to_ms) {
    *error = "from is later than to";
    return std::nullopt;
  }
  const bool old = *from_ms < History::HoursBefore(now_ms);
  const int64_t kept = old ? History::kHourMs : History::kMinuteMs;
  const auto step_ms = step ? ParseStep(*step) : kept;
  if (!step_ms || *step_ms <= 0 || *step_ms % kept != 0) {
    *error = std::string("step is a multiple of ") +
             (old ? "1h, as minutes are kept for a day" : "1m");
    return std::nullopt;
  }
  // Includes the step that contains `from`.
  return HistoryQuery{*from_ms / *step_ms * *step_ms, *to_ms, *step_ms};
}

std::string HistoryJson(
    const ModelSnapshot& model, const HistoryQuery& query,
    const std::vector<std::pair<const VersionSnapshot*, Steps>>& versions) {
  using Json = nlohmann::ordered_json;
  Json results = Json::array();
  for (const auto& [version, steps] : versions) {
    Steps asked;
    for (const auto& [begin_ms, step] : steps) {
      asked[begin_ms / query.step_ms * query.step_ms].Add(step);
    }
    Json points = Json::array();
    for (const auto& [begin_ms, step] : asked) {
      // Such a step holds only corrections of steps that are no longer kept.
      if (step.observations == 0) continue;
      WindowSnapshot window;
      window.counts = CountsOf(step, model);
      Json point = {{"time", FormatTimestamp(begin_ms)},
                    {"observations", step.observations}};
      if (model.has_matrix) point["confusion"] = ConfusionJson(model, window);
      point["metrics"] = FindingsOfKey({model, window}, "metrics");
      points.push_back(std::move(point));
    }
    results.push_back({{"version", version->name},
                       {"segment", Json::object()},
                       {"points", std::move(points)}});
  }
  Json json = {{"model", model.name}, {"step", FormatDuration(query.step_ms)}};
  if (model.task != Task::kRegression) json["classes"] = model.classes;
  json["results"] = std::move(results);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace plumbline
