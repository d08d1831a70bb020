#include "config/drift.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "core/event/timestamp.h"
#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

constexpr size_t kLongestName = 128;

void ReadOf(YamlMap* map, DriftSettings* drift) {
  const YAML::Node list = map->Take("of");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("of");
  if (!list.IsSequence()) {
    map->Problem(list, path, "must be a list of prediction and score");
    return;
  }
  drift->predictions = drift->scores = false;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string text = list[i].IsScalar() ? list[i].Scalar() : "";
    if (text == "prediction") {
      drift->predictions = true;
    } else if (text == "score") {
      drift->scores = true;
    } else {
      map->Problem(list[i], path + "[" + std::to_string(i) + "]",
                   "must be prediction or score; features are named under "
                   "features");
    }
  }
}

void ReadFeatures(YamlMap* map, DriftSettings* drift) {
  const YAML::Node list = map->Take("features");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("features");
  if (!list.IsSequence() || list.size() > range::kMostFeatures) {
    map->Problem(list, path, "must be a list of up to 64 names of features");
    return;
  }
  auto& features = drift->features;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string name = list[i].IsScalar() ? list[i].Scalar() : "";
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (!IsPlainText(name, kLongestName)) {
      map->Problem(list[i], at,
                   "must be the name of a feature, of 1 to 128 bytes without "
                   "control characters");
    } else if (std::find(features.begin(), features.end(), name) !=
               features.end()) {
      map->Problem(list[i], at, "is " + name + ", which is there already");
    } else {
      features.push_back(name);
    }
  }
}

// N of first_N; 0 for other texts.
int64_t FirstOf(std::string_view text) {
  constexpr std::string_view kFirst = "first_";
  if (!text.starts_with(kFirst)) return 0;
  text.remove_prefix(kFirst.size());
  int64_t first = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), first);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && range::kDriftFirst.Has(first) ? first : 0;
}

std::optional<int64_t> TimeOf(YamlMap* map, const char* key) {
  const YAML::Node node = map->Take(key);
  const auto us = node.IsDefined() && node.IsScalar()
                      ? ParseTimestamp(node.Scalar())
                      : std::nullopt;
  if (us && *us > 0) return *us / 1000;
  map->Problem(node, map->PathOf(key),
               "must be an RFC 3339 time after 1970, such as "
               "2026-11-01T00:00:00Z");
  return std::nullopt;
}

void ReadReference(YamlMap* map, DriftSettings* drift) {
  const YAML::Node node = map->Take("reference");
  if (!node.IsDefined()) return;
  const std::string path = map->PathOf("reference");
  if (node.IsMap()) {
    YamlMap span = map->Inner(node, path);
    const auto from = TimeOf(&span, "from");
    const auto to = TimeOf(&span, "to");
    if (from && to && *from >= *to) {
      span.Problem(node, span.PathOf("to"), "must be later than from");
    }
    drift->from_ms = from.value_or(0);
    drift->to_ms = to.value_or(0);
    span.RefuseOthers();
    return;
  }
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  if (text == "last_week") return;
  drift->first = FirstOf(text);
  if (drift->first == 0) {
    map->Problem(node, path,
                 "must be last_week, first_N with N from 1 to 1000000000, or "
                 "{from: TIME, to: TIME}");
  }
}

}  // namespace

const Keys<DriftSettings>& DriftKeys() {
  static const Keys<DriftSettings> kKeys = {
      {{"of", "`[prediction, score]`", "a list of prediction and score",
        "what has a reference besides features"},
       ReadOf},
      {{"features", "none", "up to 64 names", "features that have a reference"},
       ReadFeatures},
      {{"reference", "last_week",
        "last_week, first_N, or `{from: TIME, to: TIME}`",
        "what distributions are compared with. N is 1 to 1000000000 "
        "predictions; a TIME is of RFC 3339"},
       ReadReference},
  };
  return kKeys;
}

void ReadDrift(YamlMap* model, DriftSettings* drift) {
  YamlMap map = model->Map("drift");
  if (!map.node().IsDefined() || map.node().IsNull()) return;
  ReadKeys(DriftKeys(), &map, drift);
}

}  // namespace plumbline
