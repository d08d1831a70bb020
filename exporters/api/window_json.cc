#include "exporters/api/window_json.h"

#include <cstdint>
#include <utility>

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

Json SegmentJson(const WindowSnapshot& window) {
  Json segment = Json::object();
  for (const auto& [key, value] : window.segment) segment[key] = value;
  return segment;
}

}  // namespace plumbline
