#include "exporters/api/figure_lines.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "config/units.h"
#include "core/event/timestamp.h"
#include "core/metrics/coverage.h"
#include "core/snapshot/findings.h"
#include "exporters/api/findings_json.h"
#include "exporters/api/window_json.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

void AppendLine(const Json& line, std::string* out) {
  *out += line.dump(-1, ' ', false, Json::error_handler_t::replace);
  *out += '\n';
}

// The keys of the fields that `simulate` shows, in order.
std::vector<std::string> ColumnKeys() {
  std::multimap<uint8_t, std::string> keys;
  for (const FindingKind& kind : FindingKinds()) {
    if (kind.column > 0) keys.emplace(kind.column, kind.key);
  }
  std::vector<std::string> columns;
  for (const auto& [column, key] : keys) columns.push_back(key);
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

void AppendColumns(const WindowInput& input, Json* line) {
  static const std::vector<std::string> kColumns = ColumnKeys();
  Json fields = Json::object();
  AppendFindings(
      input, [](const FindingKind& kind) { return kind.column > 0; }, &fields);
  for (const std::string& key : kColumns) {
    if (fields.contains(key)) (*line)[key] = std::move(fields[key]);
  }
}

}  // namespace

void AppendSimulation(const ModelSnapshot& model,
                      const std::optional<std::string>& window, int64_t time_ms,
                      std::string* out) {
  const std::string time = FormatTimestamp(time_ms);
  for (const VersionSnapshot& version : model.versions) {
    for (const WindowSnapshot& w : version.windows) {
      if (window && !IsWindow(w.settings, *window)) continue;
      Json line = {{"time", time},
                   {"model", model.name},
                   {"version", version.name},
                   {"window", w.settings.name},
                   {"segment", SegmentJson(w)},
                   {"observations", w.counts.observations}};
      if (const Figure coverage = LabelCoverage(w.settings, w.counts)) {
        line["coverage"] = *coverage;
      }
      AppendColumns(WindowInput(model, w), &line);
      AppendLine(line, out);
    }
  }
}

void AppendLoggedFigures(const ModelSnapshot& model, int64_t time_ms,
                         std::string* out) {
  const std::string time = FormatTimestamp(time_ms);
  for (const VersionSnapshot& version : model.versions) {
    for (const WindowSnapshot& w : version.windows) {
      Json line = {{"kind", "figures"},
                   {"time", time},
                   {"model", model.name},
                   {"version", version.name},
                   {"window", w.settings.name},
                   {"segment", SegmentJson(w)},
                   {"observations", w.counts.observations}};
      AppendFindings(
          WindowInput(model, w),
          [](const FindingKind& kind) { return kind.is_logged; }, &line);
      AppendLine(line, out);
    }
  }
}

void AppendChange(const BatchOutcome::Detected& detected, int64_t time_ms,
                  std::string* out) {
  AppendLine({{"time", FormatTimestamp(time_ms)},
              {"model", detected.model},
              {"version", detected.version},
              {"change",
               {{"detector", DetectorName(detected.detector)},
                {"direction", DirectionOf(detected.change)},
                {"before", detected.change.before},
                {"after", detected.change.after},
                {"observations", detected.observations}}}},
             out);
}

}  // namespace plumbline
