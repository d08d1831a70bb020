#include "core/metrics/figure_names.h"

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

}  // namespace plumbline
