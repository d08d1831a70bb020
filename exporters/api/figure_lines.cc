#include "exporters/api/figure_lines.h"

#include "config/units.h"
#include "core/event/timestamp.h"
#include "core/metrics/coverage.h"
#include "core/snapshot/figures.h"
#include "exporters/api/window_json.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

void AppendLine(const Json& line, std::string* out) {
  *out += line.dump(-1, ' ', false, Json::error_handler_t::replace);
  *out += '\n';
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
      line["metrics"] = MetricsJson(model, w);
      if (model.task != Task::kRegression) {
        line["class_metrics"] = ClassesJson(model, w);
      }
      if (!w.expected.empty()) line["anomalies"] = AnomaliesJson(model, w);
      if (w.drift_reference) line["drift"] = DriftJson(w);
      AppendLine(line, out);
    }
  }
}

void AppendLoggedFigures(const ModelSnapshot& model, int64_t time_ms,
                         std::string* out) {
  const std::string time = FormatTimestamp(time_ms);
  for (const VersionSnapshot& version : model.versions) {
    for (const WindowSnapshot& w : version.windows) {
      AppendLine({{"kind", "figures"},
                  {"time", time},
                  {"model", model.name},
                  {"version", version.name},
                  {"window", w.settings.name},
                  {"segment", SegmentJson(w)},
                  {"observations", w.counts.observations},
                  {"metrics", MetricsJson(model, w)}},
                 out);
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
