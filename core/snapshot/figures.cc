#include "core/snapshot/figures.h"

#include <algorithm>

namespace plumbline {

namespace {

std::vector<Task> TasksOf(const Statistic& statistic,
                          const FigureFamily& family,
                          std::string_view average) {
  if (statistic.of_all_tasks) {
    return {Task::kClassification, Task::kRegression, Task::kMultilabel};
  }
  if (!family.of_sets) return {statistic.task};
  if (average == "samples") return {Task::kMultilabel};
  if (average == "binary") return {statistic.task};
  return {statistic.task, Task::kMultilabel};
}

}  // namespace

std::optional<FigureName> FigureOf(std::string_view api_name) {
  for (const Statistic* statistic : Statistics()) {
    for (const FigureFamily& family : statistic->families) {
      if (!family.label.empty() && family.label != "average") continue;
      const auto named = [&](std::string_view average) {
        const bool bounded =
            std::find(family.bounded.begin(), family.bounded.end(), average) !=
            family.bounded.end();
        return FigureName{family.name,
                          average,
                          family.is_ratio,
                          bounded,
                          TasksOf(*statistic, family, average),
                          !statistic->is_withheld};
      };
      if (family.values.empty() && family.name == api_name) return named("");
      for (const std::string_view value : family.values) {
        if (std::string(family.name) + "_" + std::string(value) == api_name) {
          return named(value);
        }
      }
    }
  }
  return std::nullopt;
}

std::vector<std::string> FigureNames() {
  std::vector<std::string> names;
  for (const Statistic* statistic : Statistics()) {
    for (const FigureFamily& family : statistic->families) {
      if (!family.label.empty() && family.label != "average") continue;
      const std::string name(family.name);
      if (family.values.empty()) names.push_back(name);
      for (const std::string_view value : family.values) {
        names.push_back(name + "_" + std::string(value));
      }
    }
  }
  return names;
}

std::string ApiName(const NamedFigure& figure) {
  std::string name(figure.name);
  if (figure.label == "average")
    name += "_" + std::string(figure.value_of_label);
  return name;
}

std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window) {
  FigureList list;
  const bool withheld = Withheld(model, window);
  for (const Statistic* statistic : Statistics()) {
    if (!withheld || !statistic->is_withheld) {
      statistic->append(model, window, &list);
    }
  }
  return list.Take();
}

std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window,
                                   const std::vector<std::string>& api_names) {
  FigureList list;
  const bool withheld = Withheld(model, window);
  for (const Statistic* statistic : Statistics()) {
    const bool has_one = std::any_of(
        api_names.begin(), api_names.end(), [statistic](const auto& name) {
          return std::any_of(statistic->families.begin(),
                             statistic->families.end(),
                             [&name](const FigureFamily& family) {
                               return name.starts_with(family.name);
                             });
        });
    if (has_one && (!withheld || !statistic->is_withheld)) {
      statistic->append(model, window, &list);
    }
  }
  return list.Take();
}

bool Withheld(const ModelSnapshot& model, const WindowSnapshot& window) {
  const Figure coverage = LabelCoverage(window);
  return coverage && *coverage < model.min_coverage;
}

}  // namespace plumbline
