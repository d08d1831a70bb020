// Figures: all that is derived from one window, by name. What every exporter
// walks; see core/metrics/statistic.h.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/statistic.h"

namespace plumbline {

// What a figure of the whole window is called, whether it has a value or not.
struct FigureName {
  std::string_view name;
  std::string_view average;
  bool is_ratio = true;
  bool has_bounds = false;       // NAME_lower_bound and NAME_upper_bound
  std::vector<Task> tasks = {};  // of the models that have it
  // It rests on predictions, not on pairs: last-N windows have none.
  bool of_predictions = false;
};

// By what the API calls it: "accuracy", "f1_macro". nullopt if there is none.
// Bounds are not among them, nor what has another label than an average.
std::optional<FigureName> FigureOf(std::string_view api_name);

// All for which there is one.
std::vector<std::string> FigureNames();

// What the API calls it, but for what has another label than an average.
std::string ApiName(const NamedFigure& figure);

// The figures of the whole window that have a value, in a stable order.
std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window);

// The same of those statistics alone that have one of these figures, by what
// the API calls it.
std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window,
                                   const std::vector<std::string>& api_names);

// True if the model has a least label coverage and the window has less: then
// it has no other figures than its coverage, and what is estimated.
bool Withheld(const ModelSnapshot& model, const WindowSnapshot& window);

// The figures of class `c` that have a value.
std::vector<NamedFigure> ClassFiguresOf(const ClassCounts& c);

// Of the predictions received in the window, the share that has its label by
// now. nullopt for a last-N window and without predictions.
Figure LabelCoverage(const WindowSnapshot& window);

}  // namespace plumbline
