#include "exporters/api/table_parts.h"

#include <algorithm>
#include <cstdio>

#include "core/snapshot/figures.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

namespace {

// The API's name for a bound of the figure `name`.
std::string BoundOf(const std::string& name, const std::string& side) {
  const auto figure = FigureOf(name);
  if (!figure || figure->average.empty()) return name + side;
  return std::string(figure->name) + side + "_" + std::string(figure->average);
}

}  // namespace

std::string Shown(const Json& value) {
  if (value.is_number_float()) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.4f", value.get<double>());
    return text;
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string AlignedRows(const std::vector<TableRow>& rows) {
  std::vector<size_t> widths;
  for (const TableRow& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const TableRow& row : rows) {
    text += "  ";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - row[i].size(), ' ');
      text += i == 0 ? row[i] + pad : "  " + pad + row[i];
    }
    text += "\n";
  }
  return text;
}

std::string MatrixTable(const Json& result) {
  if (!result.contains("confusion")) return "";
  TableRow head = {"actual \\ predicted"};
  for (const Json& name : result["classes"]) head.push_back(Shown(name));
  std::vector<TableRow> rows = {head};
  for (size_t i = 0; i < result["confusion"].size(); ++i) {
    TableRow row = {Shown(result["classes"][i])};
    for (const Json& n : result["confusion"][i]) row.push_back(Shown(n));
    rows.push_back(row);
  }
  return AlignedRows(rows);
}

std::string WithBounds(const Json& figures, const std::string& name) {
  if (!figures.contains(name)) return "-";
  const std::string lower = BoundOf(name, "_lower_bound");
  if (!figures.contains(lower)) return Shown(figures[name]);
  return Shown(figures[name]) + " (" + Shown(figures[lower]) + " to " +
         Shown(figures[BoundOf(name, "_upper_bound")]) + ")";
}

namespace {

// The estimate, and its gap to the labels that have arrived.
std::string Estimate(const Json& metrics) {
  if (!metrics.contains("estimated_accuracy")) return "";
  std::string text =
      "estimated accuracy: " + WithBounds(metrics, "estimated_accuracy");
  if (metrics.value("score_calibrated", 1.0) == 0) {
    text += " from scores as they are, not calibrated";
  }
  const std::string gap = "/estimate_gap/accuracy";
  if (const Json::json_pointer at(gap); metrics.contains(at)) {
    text += "; labels minus estimate: " + Shown(metrics[at]);
  }
  return text + "\n";
}

}  // namespace

std::string FindingsOf(const Json& result) {
  std::string text;
  if (result.contains("anomalous")) {
    for (const Json& name : result["anomalous"]) {
      text += "anomalous: " + Shown(name) + ", " +
              Shown(result["anomalies"][Shown(name)]) +
              " standard deviations from its history\n";
    }
  }
  text += Estimate(result["metrics"]);
  if (!result.contains("drift")) return text;
  const auto line = [&text](const std::string& of, const Json& drift) {
    if (!drift.contains("psi")) return;
    text += "drift of " + of + ": PSI " + Shown(drift["psi"]) +
            ", Jensen-Shannon " + Shown(drift["jensen_shannon"]) + "\n";
  };
  const Json& drift = result["drift"];
  for (const char* of : {"prediction", "score"}) {
    if (drift.contains(of)) line(of, drift[of]);
  }
  if (drift.contains("top_features")) {
    for (const Json& name : drift["top_features"]) {
      line("feature " + Shown(name), drift["features"][Shown(name)]);
    }
  }
  return text;
}

std::string ChangesOf(const Json& json) {
  std::string text;
  for (const Json& detector : json["detectors"]) {
    if (detector["last_change"].is_null()) continue;
    text += Shown(json["model"]) + "  version \"" + Shown(detector["version"]) +
            "\"  changed " + Shown(detector["last_change"]) + ": mean error " +
            Shown(detector["error_before"]) + " to " +
            Shown(detector["error_after"]) + "  (" +
            Shown(detector["detector"]) + "; " + Shown(detector["worse"]) +
            " changes for the worse, " + Shown(detector["better"]) +
            " for the better)\n";
  }
  return text;
}

}  // namespace plumbline
