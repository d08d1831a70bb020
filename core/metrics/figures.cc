#include "core/metrics/figures.h"

#include <algorithm>
#include <array>

namespace plumbline {
namespace {

struct ClassFigureName {
  std::string_view name;
  ClassFigure figure;
};
constexpr std::array<ClassFigureName, 3> kClassFigures = {{
    {"precision", Precision},
    {"recall", Recall},
    {"f1", F1},
}};

struct AverageName {
  std::string_view name;
  Average average;
};
constexpr std::array<AverageName, 3> kAverages = {{
    {"macro", Average::kMacro},
    {"micro", Average::kMicro},
    {"weighted", Average::kWeighted},
}};

// The counts of the positive class: zeros if it has not occurred, nullopt if
// the model has none.
std::optional<ClassCounts> Positive(const ModelSnapshot& model,
                                    const Confusion& confusion) {
  if (!model.positive_class) return std::nullopt;
  const auto it = std::find(model.classes.begin(), model.classes.end(),
                            *model.positive_class);
  if (it == model.classes.end()) return ClassCounts{};
  return confusion.classes[static_cast<size_t>(it - model.classes.begin())];
}

}  // namespace

std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window) {
  std::vector<NamedFigure> figures;
  const auto add = [&figures](std::string_view name, std::string_view average,
                              Figure value) {
    if (value) figures.push_back({name, average, *value});
  };
  if (model.task == Task::kClassification) {
    const auto confusion = Confusion::Of(window.counts, model.classes.size());
    const auto positive = Positive(model, confusion);
    add("accuracy", "", Accuracy(confusion));
    add("balanced_accuracy", "", BalancedAccuracy(confusion));
    for (const auto& [name, figure] : kClassFigures) {
      for (const auto& [average_name, average] : kAverages) {
        add(name, average_name, Averaged(confusion, average, figure));
      }
      if (positive) add(name, "binary", figure(*positive));
    }
  }
  add("label_coverage", "", LabelCoverage(window));
  return figures;
}

std::vector<NamedFigure> ClassFiguresOf(const ClassCounts& c) {
  std::vector<NamedFigure> figures;
  for (const auto& [name, figure] : kClassFigures) {
    if (const Figure value = figure(c)) figures.push_back({name, "", *value});
  }
  return figures;
}

Figure LabelCoverage(const WindowSnapshot& window) {
  if (window.settings.last > 0 || window.counts.predictions == 0) {
    return std::nullopt;
  }
  return static_cast<double>(window.counts.labelled) /
         static_cast<double>(window.counts.predictions);
}

}  // namespace plumbline
