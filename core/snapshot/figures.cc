#include "core/snapshot/figures.h"

#include <algorithm>

#include "core/metrics/coverage.h"

namespace plumbline {
namespace {

// The figures of the wanted statistics that are not withheld.
template <class IsWanted>
std::vector<NamedFigure> FiguresOfThose(const FigureInput& input,
                                        IsWanted is_wanted) {
  FigureList list;
  const bool withheld = Withheld(input);
  for (const Statistic* statistic : Statistics()) {
    if (withheld && statistic->is_withheld) continue;
    if (is_wanted(*statistic)) statistic->append(input, &list);
  }
  return list.Take();
}

}  // namespace

FigureInput InputOf(const ModelSnapshot& model, const WindowSnapshot& window) {
  return {
      .task = model.task,
      .classes = model.classes,
      .positive_class = model.positive_class ? &*model.positive_class : nullptr,
      .has_matrix = model.has_matrix,
      .merges_classes = model.class_map.shown_count > 0,
      .thresholds = model.thresholds,
      .min_coverage = model.min_coverage,
      .window = window.settings,
      .counts = window.counts,
      .calibration = window.calibration.get()};
}

std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window) {
  return FiguresOfThose(InputOf(model, window),
                        [](const Statistic&) { return true; });
}

std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window,
                                   const std::vector<std::string>& api_names) {
  return FiguresOfThose(
      InputOf(model, window), [&api_names](const Statistic& statistic) {
        const auto has = [&statistic](const std::string& name) {
          return std::any_of(statistic.families.begin(),
                             statistic.families.end(),
                             [&name](const FigureFamily& family) {
                               return name.starts_with(family.name);
                             });
        };
        return std::any_of(api_names.begin(), api_names.end(), has);
      });
}

bool Withheld(const ModelSnapshot& model, const WindowSnapshot& window) {
  return Withheld(InputOf(model, window));
}

}  // namespace plumbline
