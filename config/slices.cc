#include "config/slices.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

using range::kMostSegmentKeys;
using range::kMostSlices;

constexpr size_t kLongestName = 128;

bool IsSegmentKey(const std::string& text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (text[0] >= '0' && text[0] <= '9') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

void ReadSlices(YamlMap* map, ModelSettings* model) {
  const YAML::Node list = map->Take("slices");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("slices");
  if (!list.IsSequence() || list.size() > kMostSlices) {
    map->Problem(list, path,
                 "must be a list of up to 16 lists of segment keys, such as "
                 "[[day], [day, hours]]");
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (!list[i].IsSequence() || list[i].size() == 0 ||
        list[i].size() > kMostSegmentKeys) {
      map->Problem(list[i], at, "must be a list of 1 to 8 segment keys");
      continue;
    }
    std::vector<std::string> keys;
    for (const YAML::Node& key : list[i]) {
      const std::string text = key.IsScalar() ? key.Scalar() : "";
      if (!IsSegmentKey(text)) {
        map->Problem(key, at,
                     "must be segment keys of letters, digits and _, which "
                     "begin with no digit");
      } else if (std::find(keys.begin(), keys.end(), text) != keys.end()) {
        map->Problem(key, at, "has " + text + " twice");
      } else {
        keys.push_back(text);
      }
    }
    // The same keys in another order are the same slice.
    const auto same = [&keys](const std::vector<std::string>& other) {
      return std::is_permutation(keys.begin(), keys.end(), other.begin(),
                                 other.end());
    };
    if (std::any_of(model->slices.begin(), model->slices.end(), same)) {
      map->Problem(list[i], at, "is there already");
    } else if (keys.size() == list[i].size()) {
      std::sort(keys.begin(), keys.end());
      model->slices.push_back(std::move(keys));
    }
  }
}

}  // namespace plumbline
