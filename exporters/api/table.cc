#include "exporters/api/table.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

std::string Shown(const Json& value) {
  if (value.is_number_float()) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.4f", value.get<double>());
    return text;
  }
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// The first column to the left, the others to the right.
std::string Aligned(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    text += "  ";
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string pad(widths[i] - row[i].size(), ' ');
      text += i == 0 ? row[i] + pad : "  " + pad + row[i];
    }
    text += "\n";
  }
  return text;
}

std::string Confusion(const Json& result) {
  if (!result.contains("confusion")) return "";
  Row head = {"actual \\ predicted"};
  for (const Json& name : result["classes"]) head.push_back(Shown(name));
  std::vector<Row> rows = {head};
  for (size_t i = 0; i < result["confusion"].size(); ++i) {
    Row row = {Shown(result["classes"][i])};
    for (const Json& n : result["confusion"][i]) row.push_back(Shown(n));
    rows.push_back(row);
  }
  return Aligned(rows);
}

// "0.8 (0.7 to 0.9)", or less where there is less.
std::string WithBounds(const Json& figures, const std::string& name) {
  if (!figures.contains(name)) return "-";
  const std::string lower = name + "_lower_bound";
  if (!figures.contains(lower)) return Shown(figures[name]);
  return Shown(figures[name]) + " (" + Shown(figures[lower]) + " to " +
         Shown(figures[name + "_upper_bound"]) + ")";
}

std::string Classes(const Json& result) {
  if (!result.contains("class_metrics")) return "";
  const std::vector<std::string> columns = {"precision", "recall", "f1",
                                            "support"};
  Row head = {"class"};
  head.insert(head.end(), columns.begin(), columns.end());
  std::vector<Row> rows = {head};
  for (const auto& [name, figures] : result["class_metrics"].items()) {
    Row row = {name};
    for (const std::string& column : columns) {
      row.push_back(WithBounds(figures, column));
    }
    rows.push_back(row);
  }
  return Aligned(rows);
}

std::string Metrics(const Json& result) {
  std::vector<Row> rows;
  for (const auto& [name, value] : result["metrics"].items()) {
    if (!value.is_object()) {
      rows.push_back({name, Shown(value)});
      continue;
    }
    // "thresholds": {"0.5": {"precision": 0.8, ...}, ...}, and the like
    for (const auto& [of, inner] : value.items()) {
      if (!inner.is_object()) {
        rows.push_back({name + " " + of, Shown(inner)});
        continue;
      }
      for (const auto& [figure, number] : inner.items()) {
        rows.push_back({name + " " + of + " " + figure, Shown(number)});
      }
    }
  }
  return Aligned(rows);
}

// "  day=weekend, hours=peak"
std::string Segment(const Json& result) {
  std::string text;
  for (const auto& [key, value] : result["segment"].items()) {
    text += (text.empty() ? "  " : ", ") + key + "=" + Shown(value);
  }
  return text;
}

// What labels will say, and how far those that came are from it.
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

// What is unlike its history, what is estimated, and what drifts.
std::string Findings(const Json& result) {
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

// What has changed, and when.
std::string Changes(const Json& json) {
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

}  // namespace

std::string ModelTable(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("results")) return "";
  std::string table;
  for (const Json& result : json["results"]) {
    table += Shown(json["model"]) + "  version \"" + Shown(result["version"]) +
             "\"  window " + Shown(result["window"]) + Segment(result) +
             "  observations " + Shown(result["observations"]) + "\n";
    table += Metrics(result) + Classes(result) + Confusion(result) +
             Findings(result) + "\n";
  }
  if (json.contains("detectors")) table += Changes(json);
  return table;
}

std::string ErrorMessage(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_object() && json.contains("error") &&
      json["error"].contains("message")) {
    return Shown(json["error"]["message"]);
  }
  return std::string(text);
}

}  // namespace plumbline
