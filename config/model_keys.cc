#include "config/model_keys.h"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <utility>

#include "config/classes.h"
#include "config/detectors.h"
#include "config/drift.h"
#include "config/objectives.h"
#include "config/reach.h"
#include "config/slices.h"
#include "config/thresholds.h"
#include "config/windows.h"

namespace plumbline {
namespace {

constexpr size_t kLongestName = 128;

using Row = Key<ModelEntry>;

void ReadMatch(YamlMap* map, ModelEntry* entry) {
  map->Text("match", kLongestName, &entry->model.match);
  const YAML::Node& node = map->node();
  if (node.IsNull()) map->Problem(node, map->PathOf("match"), "is missing");
  if (node.IsMap() && !map->Has("match")) {
    map->Problem(node, map->PathOf("match"),
                 "is missing: a model's name, or a glob such as \"fraud-*\"");
  }
}

void ReadTask(YamlMap* map, ModelEntry* entry) {
  std::string task;
  map->Word("task", {"classification", "regression", "multilabel"}, &task);
  for (const Task known :
       {Task::kClassification, Task::kRegression, Task::kMultilabel}) {
    if (task == TaskName(known)) entry->model.task = known;
  }
}

// Read after `windows`.
void ReadWindowTime(YamlMap* map, ModelEntry* entry) {
  std::string window_time = "resolved";
  map->Word("window_time", {"resolved", "prediction"}, &window_time);
  ModelSettings& model = entry->model;
  model.by_prediction = window_time == "prediction";
  for (WindowSettings& window : model.windows) {
    window.by_prediction = model.by_prediction && window.last == 0;
  }
}

// Reads several keys together; the rows of the others have no reader.
void ReadClasses(YamlMap* map, ModelEntry* entry) {
  ReadClassSettings(map, &entry->model, &entry->config->notes);
}

void ReadModel(const YAML::Node& node, size_t index,
               std::optional<size_t> covered_by, YamlMap* root,
               Config* config) {
  YamlMap map = root->Inner(node, "models[" + std::to_string(index) + "]");
  if (covered_by) {
    config->notes.push_back({map.LineOf(node), map.PathOf("match"),
                             "matches no model: models[" +
                                 std::to_string(*covered_by) +
                                 "] matches them all, and comes first"});
  }
  ModelEntry entry = {config->engine.defaults, config, index,
                      !covered_by.has_value()};
  ReadKeys(ModelKeys(), &map, &entry);
  config->engine.model_rules.push_back(std::move(entry.model));
}

}  // namespace

const Keys<ModelEntry>& ModelKeys() {
  static const Keys<ModelEntry> kKeys = {
      {{"match", "required", "a name, or a glob of `*` and `?`",
        "the models of this entry. The first entry that matches a model "
        "counts. A model named without `*` and `?` exists from the start, "
        "within `limits.models`, and does not retire"},
       ReadMatch},
      {{"task", "taken from the first event",
        WordRange({"classification", "regression", "multilabel"}),
        "[events.md](events.md)"},
       ReadTask},
      {{"aliases", "none", "a map of spellings to classes",
        "further spellings of classes: with `{up: UP, \"1\": UP}`, `up` is "
        "the class `UP`. No class of an alias is itself an alias"},
       ReadClasses},
      {{"classes", "any", "a list of classes",
        "any other class is rejected, and these exist from the start"},
       nullptr},
      {{"positive_class", "assumed where the classes allow it",
        "one of the classes", "[events.md](events.md)"},
       nullptr},
      {{"windows", "those of the whole file", "as there",
        "the windows of the model"},
       [](YamlMap* map, ModelEntry* entry) {
         ReadWindows(map, entry->config->slots_per_window, entry->is_reachable,
                     &entry->model.windows);
       }},
      {{"objectives", "none", "a list of [objectives](#objectives)",
        "what the model is to reach, for `plumbtool rules` "
        "([alerts.md](alerts.md)). The daemon does not use them"},
       [](YamlMap* map, ModelEntry* entry) {
         ReadObjectives(map, entry->model, entry->index, entry->config);
       }},
      {{"window_time", "resolved", WordRange({"resolved", "prediction"}),
        "`resolved`: a pair is counted when its label arrives. `prediction`: "
        "when it was predicted; choose it to compare cohorts. Pairs older "
        "than the window then count in the totals only. Last-N windows are "
        "the same with both"},
       ReadWindowTime},
      {{"slices", "none", "up to 16 lists of 1 to 8 segment keys",
        "crossings such as `[[day], [day, hours]]`: pairs are also counted "
        "for each combination of values of the keys of a crossing"},
       [](YamlMap* map, ModelEntry* entry) { ReadSlices(map, &entry->model); }},
      {{"thresholds", "none", "up to 32 numbers from 0 to 1",
        "for binary models with scores: the figures as if each of them "
        "decided"},
       [](YamlMap* map, ModelEntry* entry) {
         ReadThresholds(map, &entry->model);
       }},
      {{"detectors", "`{adwin: {}}`", "a map of [detectors](#detectors)",
        "detectors of change ([changes.md](changes.md))"},
       [](YamlMap* map, ModelEntry* entry) {
         ReadDetectors(map, &entry->model.detectors);
       }},
      {{"anomalies", "its defaults", "a map: [anomalies](#anomalies)",
        "which figures are compared with their own history "
        "([anomalies.md](anomalies.md))"},
       [](YamlMap* map, ModelEntry* entry) {
         ReadAnomalies(map, &entry->model.anomalies);
       }},
      {{"drift", "its defaults", "a map: [drift](#drift)",
        "which distributions are compared with which reference, without "
        "labels ([drift.md](drift.md))"},
       [](YamlMap* map, ModelEntry* entry) {
         ReadDrift(map, &entry->model.drift);
       }},
      Row::Either(
          "estimate", {"true", "false"},
          [](ModelEntry& entry) -> bool& { return entry.model.estimate; },
          "whether quality is estimated before labels, where scores are sent "
          "([estimates.md](estimates.md))"),
      Row::Number(
          "min_coverage", range::kShare,
          [](ModelEntry& entry) -> double& { return entry.model.min_coverage; },
          "below this label coverage the quality figures of a time window are "
          "withheld: labels that come first need not be like the rest"),
  };
  return kKeys;
}

void ReadModels(YamlMap* root, Config* config) {
  const YAML::Node models = root->Take("models");
  if (!models.IsDefined() || models.IsNull()) return;
  if (!models.IsSequence()) {
    root->Problem(models, "models", "must be a list");
    return;
  }
  const Reach reach = ReachOf(models);
  for (size_t i = 0; i < models.size(); ++i) {
    ReadModel(models[i], i, reach.covered_by[i], root, config);
  }
}

}  // namespace plumbline
