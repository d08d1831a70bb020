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

// True for fields that an event or a pair can do without in the log.
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

void ReadPath(YamlMap* map, EventLogSettings* settings) {
  map->Text("path", kLongestPath, &settings->path);
  const YAML::Node& node = map->node();
  if (settings->path.empty() && !map->Has("path")) {
    map->Problem(node, map->PathOf("path"),
                 "is missing: the directory that the files are written to");
  }
}

}  // namespace

const Keys<EventLogSettings>& EventLogKeys() {
  using Row = Key<EventLogSettings>;
  static const Keys<EventLogSettings> kKeys = {
      {{"path", "required", "a directory", "where the files are written"},
       ReadPath},
      {{"records", "all", "a list of prediction, label, observation, figures",
        "which records are written"},
       ReadRecords},
      Row::Number("sample", range::kShare, &EventLogSettings::sample,
                  "share of ids that is logged"),
      {{"redact", "none", "up to 256 fields, such as `features.email`",
        "fields that are left out"},
       ReadRedact},
      Row::Size("rotate_bytes", {64 * kKiB, kTiB},
                &EventLogSettings::rotate_bytes, "a file of this size ends"),
      Row::Duration("rotate_every", {kMinute, kDay},
                    &EventLogSettings::rotate_every_ms,
                    "a file of this age ends"),
      Row::Duration("retain", {kMinute, 4000 * kDay},
                    &EventLogSettings::retain_ms, "older files are removed"),
      Row::Size("retain_bytes", {kMiB, 1024 * kTiB},
                &EventLogSettings::retain_bytes,
                "the oldest files beyond it are removed"),
  };
  return kKeys;
}

void ReadEventLog(YamlMap* root, std::optional<EventLogSettings>* settings) {
  YamlMap map = root->Map("event_log");
  if (!map.node().IsDefined()) return;
  EventLogSettings read;
  ReadKeys(EventLogKeys(), &map, &read);
  *settings = std::move(read);
}

}  // namespace plumbline
