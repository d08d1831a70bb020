#include "exporters/api/table.h"

#include <vector>

#include "exporters/api/table_parts.h"

namespace plumbline {
namespace {

using Json = nlohmann::ordered_json;

std::string Classes(const Json& result) {
  if (!result.contains("class_metrics")) return "";
  const std::vector<std::string> columns = {"precision", "recall", "f1",
                                            "support"};
  TableRow head = {"class"};
  head.insert(head.end(), columns.begin(), columns.end());
  std::vector<TableRow> rows = {head};
  for (const auto& [name, figures] : result["class_metrics"].items()) {
    TableRow row = {name};
    for (const std::string& column : columns) {
      row.push_back(WithBounds(figures, column));
    }
    rows.push_back(row);
  }
  return AlignedRows(rows);
}

std::string Metrics(const Json& result) {
  std::vector<TableRow> rows;
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
  return AlignedRows(rows);
}

// "  day=weekend, hours=peak"
std::string SegmentText(const Json& result) {
  std::string text;
  for (const auto& [key, value] : result["segment"].items()) {
    text += (text.empty() ? "  " : ", ") + key + "=" + Shown(value);
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
             "\"  window " + Shown(result["window"]) + SegmentText(result) +
             "  observations " + Shown(result["observations"]) + "\n";
    table += Metrics(result) + Classes(result) + MatrixTable(result) +
             FindingsOf(result) + "\n";
  }
  if (json.contains("detectors")) table += ChangesOf(json);
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
