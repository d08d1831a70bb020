#include "config/event_log_reader.h"

#include <algorithm>
#include <array>

namespace plumbline {
namespace {

constexpr int64_t kMinute = 60'000;
constexpr int64_t kDay = 24 * 60 * kMinute;
constexpr int64_t kKiB = 1LL << 10;
constexpr int64_t kMiB = 1LL << 20;
constexpr int64_t kTiB = 1LL << 40;
constexpr size_t kLongestPath = 4096;
constexpr size_t kMostRedacted = 256;

// What an event, or a pair, may be told without.
bool IsRedactable(const std::string& field) {
  static constexpr std::array<std::string_view, 10> kFields = {
      "id",        "prediction", "label",    "score",   "scores",
      "timestamp", "segments",   "features", "latency", "metadata"};
  return std::find(kFields.begin(), kFields.end(), field) != kFields.end();
}

bool HasKeys(const std::string& field) {
  return field == "scores" || field == "segments" || field == "features" ||
         field == "metadata";
}

void ReadRecords(YamlMap* map, EventLogSettings* settings) {
  const YAML::Node list = map->Take("records");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("records");
  if (!list.IsSequence() || list.size() == 0) {
    map->Problem(list, path,
                 "must be a list of some of prediction, label, observation, "
                 "figures");
    return;
  }
  const std::array<std::pair<const char*, bool*>, 4> kinds = {
      {{"prediction", &settings->predictions},
       {"label", &settings->labels},
       {"observation", &settings->observations},
       {"figures", &settings->figures}}};
  for (const auto& [name, wanted] : kinds) *wanted = false;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string text = list[i].IsScalar() ? list[i].Scalar() : "";
    const auto kind = std::find_if(
        kinds.begin(), kinds.end(),
        [&text](const auto& known) { return text == known.first; });
    const std::string at = path + "[" + std::to_string(i) + "]";
    if (kind == kinds.end()) {
      map->Problem(list[i], at,
                   "must be prediction, label, observation or figures");
    } else if (*kind->second) {
      map->Problem(list[i], at, "is " + text + ", which is there already");
    } else {
      *kind->second = true;
    }
  }
}

void ReadRedact(YamlMap* map, EventLogSettings* settings) {
  const YAML::Node list = map->Take("redact");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("redact");
  if (!list.IsSequence() || list.size() > kMostRedacted) {
    map->Problem(list, path,
                 "must be a list of up to 256 fields such as "
                 "[features.email, metadata]");
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string text = list[i].IsScalar() ? list[i].Scalar() : "";
    const size_t dot = text.find('.');
    const std::string field = text.substr(0, dot);
    const bool whole = dot == std::string::npos;
    const bool good = IsRedactable(field) &&
                      (whole || (HasKeys(field) && dot + 1 < text.size()));
    if (good) {
      settings->redact.push_back(text);
      continue;
    }
    map->Problem(list[i], path + "[" + std::to_string(i) + "]",
                 "must be id, prediction, label, score, scores, timestamp, "
                 "segments, features, latency or metadata, or a key in one of "
                 "them such as features.email");
  }
}

}  // namespace

void ReadEventLog(const YAML::Node& node, std::vector<ConfigProblem>* problems,
                  std::optional<EventLogSettings>* settings) {
  if (!node.IsDefined()) return;
  YamlMap map(node, "event_log", problems);
  EventLogSettings read;
  map.Text("path", kLongestPath, &read.path);
  if (read.path.empty() && (!node.IsMap() || !node["path"].IsDefined())) {
    map.Problem(node, map.PathOf("path"),
                "is missing: the directory that the files are written to");
  }
  ReadRecords(&map, &read);
  std::optional<double> sample;
  map.Number("sample", 0, 1, &sample);
  read.sample = sample.value_or(1);
  ReadRedact(&map, &read);
  map.Size("rotate_bytes", 64 * kKiB, kTiB, &read.rotate_bytes);
  map.Duration("rotate_every", kMinute, kDay, &read.rotate_every_ms);
  map.Duration("retain", kMinute, 4000 * kDay, &read.retain_ms);
  map.Size("retain_bytes", kMiB, 1024 * kTiB, &read.retain_bytes);
  map.RefuseOthers();
  *settings = std::move(read);
}

}  // namespace plumbline
