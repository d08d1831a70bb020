#include "config/loader.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <numeric>

#include "config/detectors.h"
#include "config/drift.h"
#include "config/event_log_reader.h"
#include "config/units.h"
#include "config/yaml_reader.h"
#include "core/metrics/figures.h"

namespace plumbline {
namespace {

constexpr int64_t kSecond = 1000;
constexpr int64_t kMinute = 60 * kSecond;
constexpr int64_t kHour = 60 * kMinute;
constexpr int64_t kDay = 24 * kHour;
constexpr int64_t kKiB = 1LL << 10;
constexpr int64_t kTiB = 1LL << 40;
constexpr int64_t kMostWindows = 16;
constexpr size_t kLongestName = 128;
constexpr size_t kMostSlices = 16;
constexpr size_t kMostSegmentKeys = 8;  // of an event
constexpr size_t kMostThresholds = 32;
constexpr double kAnyNumber = 1e300;

using Problems = std::vector<ConfigProblem>;

// What is wrong with a window, or nothing.
std::string CheckWindow(const WindowSettings& window) {
  if (window.slots == 0) {
    if (window.last < 1 || window.last > 1'000'000) {
      return "must be from last_1 to last_1000000";
    }
    return "";
  }
  if (window.length_ms < kSecond || window.length_ms > 90 * kDay) {
    return "must be from 1s to 90d";
  }
  if (window.length_ms % window.slots != 0) {
    // Whole seconds that divide into slots of whole milliseconds.
    const int64_t step =
        window.slots / std::gcd(window.slots, kSecond) * kSecond;
    const int64_t fits = std::clamp((window.length_ms + step / 2) / step * step,
                                    step, 90 * kDay / step * step);
    return "does not divide into slots_per_window (" +
           std::to_string(window.slots) +
           ") slots of whole milliseconds; the nearest that does is " +
           FormatDuration(fits);
  }
  return "";
}

bool IsSegmentKey(const std::string& text) {
  if (text.empty() || text.size() > kLongestName) return false;
  if (text[0] >= '0' && text[0] <= '9') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_';
  });
}

void ReadWindows(YamlMap* map, int64_t slots,
                 std::vector<WindowSettings>* windows) {
  const YAML::Node list = map->Take("windows");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("windows");
  if (!list.IsSequence() || list.size() == 0 || list.size() > kMostWindows) {
    map->Problem(list, path,
                 "must be a list of 1 to 16 windows such as [5m, 1h, "
                 "last_1000]");
    return;
  }
  std::vector<WindowSettings> read;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string at = path + "[" + std::to_string(i) + "]";
    const auto window = list[i].IsScalar()
                            ? ParseWindow(list[i].Scalar(), slots)
                            : std::nullopt;
    if (!window) {
      map->Problem(list[i], at,
                   "must be a duration such as 5m, 1h or 7d, or last_N");
      continue;
    }
    const std::string wrong = CheckWindow(*window);
    if (!wrong.empty()) {
      map->Problem(list[i], at, "is " + window->name + ": " + wrong);
      continue;
    }
    const auto same = std::find_if(
        read.begin(), read.end(),
        [&](const WindowSettings& w) { return w.SameAs(*window); });
    if (same != read.end()) {
      map->Problem(
          list[i], at,
          "is " + window->name + ", which is there already as " + same->name);
      continue;
    }
    read.push_back(*window);
  }
  *windows = read;
}

void ReadJoin(const YAML::Node& node, Problems* problems, Config* config) {
  Settings& engine = config->engine;
  YamlMap join(node, "join", problems);
  join.Duration("horizon", kMinute, 90 * kDay, &engine.horizon_ms);
  engine.label_horizon_ms =
      std::min(engine.label_horizon_ms, engine.horizon_ms);
  join.Duration("label_horizon", kMinute, engine.horizon_ms,
                &engine.label_horizon_ms);
  int64_t max_bytes = config->max_bytes;
  int64_t memory_bytes = config->memory_bytes;
  join.Size("max_bytes", 64 * kKiB, 64 * kTiB, &max_bytes);
  join.Size("memory_bytes", 64 * kKiB, 64 * kTiB, &memory_bytes);
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
  storage.RefuseOthers();
}

void ReadLimits(const YAML::Node& node, Problems* problems, Config* config) {
  Settings& engine = config->engine;
  YamlMap limits(node, "limits", problems);
  limits.Integer("models", 1, 1'000'000, &engine.models);
  limits.Integer("versions_per_model", 1, 1000, &engine.versions_per_model);
  limits.Duration("retire_after", kDay, 400 * kDay, &engine.retire_after_ms);
  limits.Integer("classes", 2, 10'000, &engine.classes);
  limits.Integer("matrix_classes", 2, 256, &engine.matrix_classes);
  limits.Integer("segments_per_model", 1, 10'000, &engine.segments_per_model);
  limits.Size("window_bytes", 64 * kKiB, kTiB, &engine.window_bytes);
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

void ReadClasses(YamlMap* map, ModelSettings* model) {
  const YAML::Node list = map->Take("classes");
  if (!list.IsDefined()) return;
  if (!list.IsSequence() || list.size() == 0) {
    map->Problem(list, map->PathOf("classes"), "must be a list of class names");
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string name = list[i].IsScalar() ? list[i].Scalar() : "";
    const std::string at =
        map->PathOf("classes") + "[" + std::to_string(i) + "]";
    if (!IsPlainText(name, kLongestName)) {
      map->Problem(list[i], at,
                   "must be a class name of 1 to 128 bytes without control "
                   "characters");
    } else if (std::find(model->classes.begin(), model->classes.end(), name) !=
               model->classes.end()) {
      map->Problem(list[i], at, "is " + name + ", which is there already");
    } else {
      model->classes.push_back(name);
    }
  }
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
        !(threshold.value >= 0 && threshold.value <= 1)) {
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

// The window that an objective names, which may have several names.
const WindowSettings* FindWindow(const std::string& name, int64_t slots,
                                 const std::vector<WindowSettings>& windows) {
  const auto wanted = ParseWindow(name, slots);
  const auto window = std::find_if(
      windows.begin(), windows.end(),
      [&](const WindowSettings& w) { return wanted && w.SameAs(*wanted); });
  return window == windows.end() ? nullptr : &*window;
}

// True if the two would be the same alert.
bool Clash(const Objective& a, const Objective& b) {
  return a.rule == b.rule && a.metric == b.metric && a.window == b.window &&
         ((a.min && a.min == b.min) || (a.max && a.max == b.max));
}

void ReadObjective(const YAML::Node& node, const std::string& path,
                   const ModelSettings& model, int64_t slots, size_t rule,
                   Problems* problems, Config* config) {
  YamlMap map(node, path, problems);
  if (!node.IsMap()) return;
  Objective objective;
  objective.rule = rule;
  map.Text("metric", kLongestName, &objective.metric);
  map.Text("window", kLongestName, &objective.window);
  map.Number("min", -kAnyNumber, kAnyNumber, &objective.min);
  map.Number("max", -kAnyNumber, kAnyNumber, &objective.max);
  map.Integer("min_observations", 1, INT64_MAX, &objective.min_observations);
  map.RefuseOthers();
  const auto wrong = [&](const char* key, const std::string& message) {
    const YAML::Node at = node[key];
    map.Problem(at.IsDefined() ? at : node, map.PathOf(key),
                at.IsDefined() ? message : "is missing: it " + message);
  };
  if (!FigureOf(objective.metric)) {
    wrong("metric",
          "must be a figure as the API calls it, such as accuracy or f1_macro");
  } else if (const auto figure = *FigureOf(objective.metric);
             model.task && std::find(figure.tasks.begin(), figure.tasks.end(),
                                     *model.task) == figure.tasks.end()) {
    wrong("metric", "is no figure of the model's task");
  }
  const WindowSettings* window =
      FindWindow(objective.window, slots, model.windows);
  if (window == nullptr) {
    wrong("window", "must be a window of the model");
  } else if (const auto figure = FigureOf(objective.metric);
             window->last > 0 && figure && figure->of_predictions) {
    wrong("window",
          "must be a time window: others have no " + std::string(figure->name));
  } else {
    objective.window = window->name;
  }
  if (!node["min"].IsDefined() && !node["max"].IsDefined()) {
    map.Problem(node, path, "needs min or max");
  } else if (objective.min && objective.max &&
             *objective.min > *objective.max) {
    wrong("min", "must not be above max");
  }
  const bool known =
      std::any_of(config->objectives.begin(), config->objectives.end(),
                  [&](const Objective& o) { return Clash(o, objective); });
  if (known) map.Problem(node, path, "is there already");
  config->objectives.push_back(std::move(objective));
}

void ReadObjectives(YamlMap* map, const ModelSettings& model, int64_t slots,
                    size_t rule, Problems* problems, Config* config) {
  const YAML::Node list = map->Take("objectives");
  if (!list.IsDefined()) return;
  const std::string path = map->PathOf("objectives");
  if (!list.IsSequence()) {
    map->Problem(list, path,
                 "must be a list such as [{metric: accuracy, window: 1h, min: "
                 "0.9}]");
    return;
  }
  for (size_t i = 0; i < list.size(); ++i) {
    ReadObjective(list[i], path + "[" + std::to_string(i) + "]", model, slots,
                  rule, problems, config);
  }
}

void ReadModel(const YAML::Node& node, size_t index, int64_t slots,
               Problems* problems, Config* config) {
  YamlMap map(node, "models[" + std::to_string(index) + "]", problems);
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
  map.Text("positive_class", kLongestName, &model.positive_class);
  ReadClasses(&map, &model);
  if (!model.positive_class.empty() && !model.classes.empty() &&
      std::find(model.classes.begin(), model.classes.end(),
                model.positive_class) == model.classes.end()) {
    map.Problem(node, map.PathOf("positive_class"),
                "is " + model.positive_class + ", which is not in classes");
  }
  ReadWindows(&map, slots, &model.windows);
  ReadObjectives(&map, model, slots, index, problems, config);
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
  map.Number("min_coverage", 0, 1, &min_coverage);
  model.min_coverage = min_coverage.value_or(0);
  map.RefuseOthers();
  config->engine.model_rules.push_back(std::move(model));
}

void ReadRoot(const YAML::Node& node, Problems* problems, Config* config) {
  YamlMap root(node, "", problems);
  const size_t before = problems->size();
  root.Integer("slots_per_window", 1, 1000, &config->slots_per_window);
  // Without a good number of slots, windows are not blamed for not dividing.
  if (problems->size() > before) config->slots_per_window = 1;
  for (WindowSettings& window : config->engine.defaults.windows) {
    if (window.last == 0) window.slots = config->slots_per_window;
  }
  ReadWindows(&root, config->slots_per_window,
              &config->engine.defaults.windows);
  for (const WindowSettings& window : config->engine.defaults.windows) {
    const std::string wrong = CheckWindow(window);
    if (!wrong.empty()) {
      root.Problem(node, "windows",
                   "has the default " + window.name + ", which " + wrong);
    }
  }
  ReadJoin(root.Take("join"), problems, config);
  ReadStorage(root.Take("storage"), problems, config);
  config->engine.remembered_bytes =
      config->durability == "memory" ? config->memory_bytes : config->max_bytes;
  ReadEventLog(root.Take("event_log"), problems, &config->event_log);
  ReadLimits(root.Take("limits"), problems, config);
  const YAML::Node models = root.Take("models");
  if (models.IsDefined() && !models.IsNull() && !models.IsSequence()) {
    root.Problem(models, "models", "must be a list");
  } else if (models.IsDefined()) {
    for (size_t i = 0; i < models.size(); ++i) {
      ReadModel(models[i], i, config->slots_per_window, problems, config);
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
  try {
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1) {
      problems->push_back({documents[1].Mark().line + 1, "",
                           "has more than one YAML document"});
    }
    ReadRoot(documents.empty() ? YAML::Node() : documents[0], problems,
             &config);
  } catch (const YAML::Exception& error) {
    problems->push_back(
        {error.mark.line + 1, "", "is not valid YAML: " + error.msg});
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
