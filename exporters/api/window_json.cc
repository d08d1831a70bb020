#include "exporters/api/window_json.h"

#include <string>
#include <utility>

#include "core/metrics/figures.h"

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
    std::string name(figure.name);
    if (!figure.average.empty()) name += "_" + std::string(figure.average);
    metrics[name] = figure.value;
  }
  return metrics;
}

}  // namespace plumbline
