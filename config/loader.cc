#include "config/loader.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "config/classes.h"
#include "config/detectors.h"
#include "config/drift.h"
#include "config/event_log_reader.h"
#include "config/objectives.h"
#include "config/reach.h"
#include "config/units.h"
#include "config/windows.h"
#include "config/yaml_document.h"
#include "config/yaml_reader.h"
#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

using range::kDay;
using range::kKiB;
using range::kMostSegmentKeys;
using range::kMostSlices;
using range::kMostThresholds;
using range::kTiB;

constexpr size_t kLongestName = 128;

using Problems = std::vector<ConfigProblem>;

bool IsSegmentKey(const std::string& text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (text[0] >= '0' && text[0] <= '9') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
  });
}

void ReadJoin(const YAML::Node& node, Problems* problems, Config* config) {
  Settings& engine = config->engine;
  YamlMap join(node, "join", problems);
  join.Duration("horizon", range::kHorizonMs, &engine.horizon_ms);
  engine.label_horizon_ms =
      std::min(engine.label_horizon_ms, engine.horizon_ms);
  join.Duration("label_horizon", range::kHorizonMs.least, engine.horizon_ms,
                &engine.label_horizon_ms);
  int64_t max_bytes = config->max_bytes;
  int64_t memory_bytes = config->memory_bytes;
  join.Size("max_bytes", range::kRememberedBytes, &max_bytes);
  join.Size("memory_bytes", range::kRememberedBytes, &memory_bytes);
  config->max_bytes = max_bytes;
  config->memory_bytes = memory_bytes;
  std::string when_full = engine.evict_oldest ? "evict_oldest" : "reject";
  join.Word("when_full", {"reject", "evict_oldest"}, &when_full);
  engine.evict_oldest = when_full == "evict_oldest";
  std::string changes = engine.correct_labels ? "correct" : "ignore";
  join.Word("label_changes", {"correct", "ignore"}, &changes);
  engine.correct_labels = changes == "correct";
  join.RefuseOthers();
}

void ReadStorage(const YAML::Node& node, Problems* problems, Config* config) {
  YamlMap storage(node, "storage", problems);
  storage.Word("durability", {"process", "power", "memory"},
               &config->durability);
  storage.Duration("retention", kDay, 400 * kDay, &config->retention_ms);
  storage.Integer("snapshots", 1, 1000, &config->snapshots);
  storage.RefuseOthers();
}

void ReadLimits(const YAML::Node& node, Problems* problems, Config* config) {
  Settings& engine = config->engine;
  YamlMap limits(node, "limits", problems);
  limits.Integer("models", range::kModels, &engine.models);
  limits.Integer("versions_per_model", range::kVersionsPerModel,
                 &engine.versions_per_model);
  std::string when_full =
      engine.retire_oldest_version ? "retire_oldest" : "reject";
  limits.Word("versions_when_full", {"retire_oldest", "reject"}, &when_full);
  engine.retire_oldest_version = when_full == "retire_oldest";
  limits.Duration("retire_after", range::kRetireAfterMs,
                  &engine.retire_after_ms);
  limits.Integer("classes", range::kClasses, &engine.classes);
  limits.Integer("matrix_classes", range::kMatrixClasses,
                 &engine.matrix_classes);
  limits.Integer("segments_per_model", range::kSegmentsPerModel,
                 &engine.segments_per_model);
  limits.Size("window_bytes", range::kWindowBytes, &engine.window_bytes);
  limits.Integer("connections", 1, 10'000, &config->connections);
  limits.Size("in_flight_bytes", kKiB, kTiB, &config->in_flight_bytes);
  limits.Size("body_bytes", 1, kTiB / 1024, &config->body_bytes);
  limits.Size("unpacked_body_bytes", 1, kTiB / 1024,
              &config->unpacked_body_bytes);
  limits.Integer("events_per_request", 1, 10'000'000,
                 &config->events_per_request);
  limits.Duration("future", 0, 365 * kDay, &config->future_ms);
  limits.RefuseOthers();
}

// A list of lists of different keys.
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
    // The order of keys makes no other crossing.
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

// `covered_by`: an entry before it that leaves it no model.
void ReadModel(const YAML::Node& node, size_t index,
               std::optional<size_t> covered_by, Problems* problems,
               Config* config) {
  YamlMap map(node, "models[" + std::to_string(index) + "]", problems);
  if (covered_by) {
    config->notes.push_back({map.LineOf(node), map.PathOf("match"),
                             "matches no model: models[" +
                                 std::to_string(*covered_by) +
                                 "] matches them all, and comes first"});
  }
  if (node.IsNull()) map.Problem(node, map.PathOf("match"), "is missing");
  ModelSettings model = config->engine.defaults;
  map.Text("match", kLongestName, &model.match);
  if (node.IsMap() && !node["match"].IsDefined()) {
    map.Problem(node, map.PathOf("match"),
                "is missing: a model's name, or a glob such as \"fraud-*\"");
  }
  std::string task;
  map.Word("task", {"classification", "regression", "multilabel"}, &task);
  if (task == "classification") model.task = Task::kClassification;
  if (task == "regression") model.task = Task::kRegression;
  if (task == "multilabel") model.task = Task::kMultilabel;
  ReadClassSettings(&map, &model, &config->notes);
  ReadWindows(&map, config->slots_per_window, !covered_by, &model.windows);
  ReadObjectives(&map, model, index, problems, config);
  std::string window_time = "resolved";
  map.Word("window_time", {"resolved", "prediction"}, &window_time);
  model.by_prediction = window_time == "prediction";
  for (WindowSettings& window : model.windows) {
    window.by_prediction = model.by_prediction && window.last == 0;
  }
  ReadSlices(&map, &model);
  ReadThresholds(&map, &model);
  ReadDetectors(&map, problems, &model.detectors);
  ReadAnomalies(&map, problems, &model.anomalies);
  ReadDrift(&map, problems, &model.drift);
  std::string estimate = "true";
  map.Word("estimate", {"true", "false"}, &estimate);
  model.estimate = estimate == "true";
  std::optional<double> min_coverage;
  map.Number("min_coverage", range::kShare, &min_coverage);
  model.min_coverage = min_coverage.value_or(0);
  map.RefuseOthers();
  config->engine.model_rules.push_back(std::move(model));
}

// Those that the file leaves as they are.
void CheckDefaultWindows(YamlMap* root, const YAML::Node& node,
                         const Reach& reach,
                         const std::vector<WindowSettings>& windows) {
  if (!reach.uses_default_windows ||
      (node.IsMap() && node["windows"].IsDefined()))
    return;
  for (const WindowSettings& window : windows) {
    const std::string wrong = CheckSlots(window);
    if (wrong.empty()) continue;
    root->Problem(node, "windows",
                  "has the default " + window.name + ", which " + wrong);
  }
}

void ReadRoot(const YAML::Node& node, Problems* problems, Config* config) {
  YamlMap root(node, "", problems);
  const size_t before = problems->size();
  root.Integer("slots_per_window", range::kSlots, &config->slots_per_window);
  // Without a good number of slots, windows are not blamed for not dividing.
  if (problems->size() > before) config->slots_per_window = 1;
  for (WindowSettings& window : config->engine.defaults.windows) {
    if (window.last == 0) window.slots = config->slots_per_window;
  }
  const YAML::Node models = root.Take("models");
  const Reach reach = ReachOf(models);
  ReadWindows(&root, config->slots_per_window, reach.uses_default_windows,
              &config->engine.defaults.windows);
  CheckDefaultWindows(&root, node, reach, config->engine.defaults.windows);
  ReadJoin(root.Take("join"), problems, config);
  ReadStorage(root.Take("storage"), problems, config);
  config->engine.remembered_bytes =
      config->durability == "memory" ? config->memory_bytes : config->max_bytes;
  ReadEventLog(root.Take("event_log"), problems, &config->event_log);
  ReadLimits(root.Take("limits"), problems, config);
  if (models.IsDefined() && !models.IsNull() && !models.IsSequence()) {
    root.Problem(models, "models", "must be a list");
  } else if (models.IsDefined()) {
    for (size_t i = 0; i < models.size(); ++i) {
      ReadModel(models[i], i, reach.covered_by[i], problems, config);
    }
  }
  root.RefuseOthers();
}

}  // namespace

Config::Config() {
  engine.remembered_bytes = max_bytes;
  for (const char* name : {"5m", "1h", "24h", "last_1000"}) {
    engine.defaults.windows.push_back(*ParseWindow(name, slots_per_window));
  }
}

std::optional<Config> LoadConfig(std::string_view text, Problems* problems) {
  const size_t before = problems->size();
  Config config;
  if (const auto root = LoadDocument(std::string(text), problems)) {
    try {
      ReadRoot(*root, problems, &config);
    } catch (const YAML::Exception& error) {
      problems->push_back({error.mark.line + 1, "", error.msg});
    }
  }
  std::stable_sort(
      problems->begin() + static_cast<ptrdiff_t>(before), problems->end(),
      [](const auto& a, const auto& b) { return a.line < b.line; });
  if (problems->size() > before) return std::nullopt;
  return config;
}

std::optional<Config> LoadConfigFile(const std::string& path,
                                     Problems* problems) {
  const auto text = ReadFile(path);
  if (!text) {
    problems->push_back({0, "", "cannot be read"});
    return std::nullopt;
  }
  return LoadConfig(*text, problems);
}

std::string Describe(const std::string& file, const ConfigProblem& problem) {
  std::string text = file;
  if (problem.line > 0) text += ":" + std::to_string(problem.line);
  text += ": ";
  if (!problem.path.empty()) text += problem.path + ": ";
  return text + problem.message;
}

std::string Describe(const std::string& file,
                     const std::vector<ConfigProblem>& problems) {
  std::string text;
  for (const ConfigProblem& problem : problems) {
    if (!text.empty()) text += "\n";
    text += Describe(file, problem);
  }
  return text;
}

}  // namespace plumbline
