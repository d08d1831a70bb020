#include "exporters/api/window_json.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/metrics/class_figures.h"
#include "core/metrics/top_confusions.h"
#include "core/snapshot/anomalies.h"
#include "core/snapshot/drift_figures.h"
#include "core/snapshot/figures.h"

namespace plumbline {

using Json = nlohmann::ordered_json;

Json ConfusionJson(const ModelSnapshot& model, const WindowSnapshot& window) {
  const auto classes = static_cast<uint32_t>(model.classes.size());
  Json rows = Json::array();
  for (uint32_t actual = 0; actual < classes; ++actual) {
    Json row = Json::array();
    for (uint32_t predicted = 0; predicted < classes; ++predicted) {
      row.push_back(window.counts.matrix[CellOf(actual, predicted)]);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Json MetricsJson(const ModelSnapshot& model, const WindowSnapshot& window) {
  Json metrics = Json::object();
  for (const NamedFigure& figure : FiguresOf(model, window)) {
    const std::string value(figure.value_of_label);
    if (figure.label == "threshold") {
      constexpr std::string_view kPrefix = "threshold_";
      metrics["thresholds"][value]
             [std::string(figure.name.substr(kPrefix.size()))] = figure.value;
    } else if (figure.label == "metric" || figure.label == "stage") {
      metrics[std::string(figure.name)][value] = figure.value;
    } else if (figure.label == "q") {
      metrics[std::string(figure.name) + "s"][value] = figure.value;
    } else {
      metrics[ApiName(figure)] = figure.value;
    }
  }
  for (const Miss& miss : TopConfusions(InputOf(model, window))) {
    metrics["top_confusion_observations"][model.classes[miss.actual]]
           [model.classes[miss.predicted]] = miss.observations;
  }
  return metrics;
}

Json AnomaliesJson(const ModelSnapshot& model, const WindowSnapshot& window) {
  Json json = Json::object();
  for (const Anomaly& anomaly :
       AnomaliesOf(model, window, FiguresOf(model, window))) {
    json[anomaly.metric] = anomaly.score;
  }
  return json;
}

Json AnomalousJson(const ModelSnapshot& model, const WindowSnapshot& window) {
  Json json = Json::array();
  for (const Anomaly& anomaly :
       AnomaliesOf(model, window, FiguresOf(model, window))) {
    if (anomaly.anomalous) json.push_back(anomaly.metric);
  }
  return json;
}

Json DriftJson(const WindowSnapshot& window) {
  constexpr size_t kTop = 10;
  Json json = Json::object();
  std::vector<std::pair<double, std::string>> features;
  for (const Drift& drift : DriftOf(window)) {
    Json one = Json::object();
    if (drift.psi) one["psi"] = *drift.psi;
    if (drift.jensen_shannon) one["jensen_shannon"] = *drift.jensen_shannon;
    if (drift.p_value) one[std::string(drift.test)] = *drift.p_value;
    one["observations"] = {{"window", drift.window},
                           {"reference", drift.reference}};
    if (drift.of != "feature") {
      json[std::string(drift.of)] = std::move(one);
      continue;
    }
    json["features"][drift.feature] = std::move(one);
    if (drift.psi) features.emplace_back(*drift.psi, drift.feature);
  }
  if (!json.contains("features")) return json;
  std::stable_sort(
      features.begin(), features.end(),
      [](const auto& a, const auto& b) { return a.first > b.first; });
  if (features.size() > kTop) features.resize(kTop);
  json["top_features"] = Json::array();
  for (const auto& [psi, name] : features) json["top_features"].push_back(name);
  return json;
}

Json ClassesJson(const ModelSnapshot& model, const WindowSnapshot& window) {
  const auto confusion = Confusion::Of(window.counts, model.classes.size());
  Json json = Json::object();
  for (size_t c = 0; c < model.classes.size(); ++c) {
    const ClassCounts& counts = confusion.classes[c];
    Json figures = Json::object();
    if (!Withheld(model, window)) {
      for (const NamedFigure& figure : ClassFiguresOf(counts)) {
        figures[std::string(figure.name)] = figure.value;
      }
    }
    figures["support"] = counts.actual;
    figures["predicted"] = counts.predicted;
    json[model.classes[c]] = std::move(figures);
  }
  return json;
}

Json SegmentJson(const WindowSnapshot& window) {
  Json segment = Json::object();
  for (const auto& [key, value] : window.segment) segment[key] = value;
  return segment;
}

}  // namespace plumbline
