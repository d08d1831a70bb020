#include "exporters/api/window_json.h"

#include <string>
#include <utility>

#include "core/detect/anomaly.h"
#include "core/metrics/figures.h"
#include "core/metrics/top_confusions.h"

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
    } else if (figure.label == "q") {
      metrics[std::string(figure.name) + "s"][value] = figure.value;
    } else {
      metrics[ApiName(figure)] = figure.value;
    }
  }
  for (const Miss& miss : TopConfusions(model, window)) {
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
