#include "config/objectives.h"

#include <algorithm>
#include <optional>
#include <string>

#include "config/windows.h"
#include "core/metrics/figure_names.h"
#include "core/settings/nearest.h"

namespace plumbline {
namespace {

constexpr size_t kLongestName = 128;
constexpr double kAnyNumber = 1e300;

// True if the two would make the same alert.
bool Clash(const Objective& a, const Objective& b) {
  return a.rule == b.rule && a.metric == b.metric && a.window == b.window &&
         ((a.min && a.min == b.min) || (a.max && a.max == b.max));
}

// True if models of this task (nullopt: of any) have the figure.
bool Has(const std::optional<Task>& task, const FigureName& figure) {
  return !task || std::find(figure.tasks.begin(), figure.tasks.end(), *task) !=
                      figure.tasks.end();
}

Key<Objective> Bound(const char* name, std::optional<double> Objective::*bound,
                     std::string meaning) {
  return {{name, "none", "a number", std::move(meaning)},
          [=](YamlMap* map, Objective* objective) {
            map->Number(name, -kAnyNumber, kAnyNumber, &(objective->*bound));
          }};
}

void ReadObjective(const YAML::Node& node, const std::string& path,
                   const ModelSettings& model, size_t rule, YamlMap* parent,
                   Config* config) {
  YamlMap map = parent->Inner(node, path);
  if (!node.IsMap()) return;
  Objective objective;
  ReadKeys(ObjectiveKeys(), &map, &objective);
  objective.rule = rule;
  const auto wrong = [&](const char* key, const std::string& message) {
    const YAML::Node at = node[key];
    map.Problem(at.IsDefined() ? at : node, map.PathOf(key),
                at.IsDefined() ? message : "is missing: it " + message);
  };
  const auto figure = FigureOf(objective.metric);
  if (!figure) {
    wrong("metric",
          "must be a figure as the API calls it, such as accuracy or f1_macro" +
              NearestHint(objective.metric, FigureNames()));
  } else if (!Has(model.task, *figure)) {
    wrong("metric", "is not a figure of the model's task");
  }
  const WindowSettings* window = FindWindow(objective.window, model.windows);
  if (window == nullptr) {
    wrong("window",
          "must be a window of the model: " + ListWindows(model.windows));
  } else if (window->last > 0 && figure && figure->of_predictions) {
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

}  // namespace

const Keys<Objective>& ObjectiveKeys() {
  static const Keys<Objective> kKeys = {
      {{"metric", "required", "a figure as the API calls it",
        "`accuracy`, `f1_macro`, `recall_binary`, ..."},
       [](YamlMap* map, Objective* objective) {
         map->Text("metric", kLongestName, &objective->metric);
       }},
      {{"window", "required", "a window of the model",
        "the window of the figure"},
       [](YamlMap* map, Objective* objective) {
         map->Text("window", kLongestName, &objective->window);
       }},
      Bound("min", &Objective::min, "one of `min` and `max`, or both"),
      Bound("max", &Objective::max, "one of `min` and `max`, or both"),
      Key<Objective>::Integer("min_observations", {1, INT64_MAX},
                              &Objective::min_observations,
                              "with fewer observations nothing is said"),
  };
  return kKeys;
}

void ReadObjectives(YamlMap* map, const ModelSettings& model, size_t rule,
                    Config* config) {
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
    ReadObjective(list[i], path + "[" + std::to_string(i) + "]", model, rule,
                  map, config);
  }
}

}  // namespace plumbline
