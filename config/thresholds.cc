#include "config/thresholds.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <string>

#include "core/settings/settings_range.h"

namespace plumbline {

using range::kMostThresholds;

void ReadThresholds(YamlMap* map, ModelSettings* model) {
  const YAML::Node list = map->Take("thresholds");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("thresholds");
  if (!list.IsSequence() || list.size() > kMostThresholds) {
    map->Problem(list, path,
                 "must be a list of up to 32 numbers from 0 to 1, such as "
                 "[0.3, 0.5, 0.7]");
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    ThresholdSettings threshold;
    if (!list[i].IsScalar() ||
        !YAML::convert<double>::decode(list[i], threshold.value) ||
        !range::kShare.Has(threshold.value)) {
      map->Problem(list[i], at, "must be a number from 0 to 1");
      continue;
    }
    threshold.text = list[i].Scalar();
    const auto same = std::find_if(
        model->thresholds.begin(), model->thresholds.end(),
        [&](const auto& other) { return other.value == threshold.value; });
    if (same != model->thresholds.end()) {
      map->Problem(list[i], at, "is there already as " + same->text);
    } else {
      model->thresholds.push_back(threshold);
    }
  }
}

}  // namespace plumbline
