// Figures: all that is derived from one window, by name.
//
// The one list that every exporter walks: a new figure is added here, and
// appears in /metrics, in the API and in the tools.

#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/metrics/classification.h"
#include "core/snapshot.h"

namespace plumbline {

struct NamedFigure {
  std::string_view name;     // "f1"
  std::string_view average;  // "macro"; empty where it has none
  double value;
  bool is_ratio = true;  // from 0 to 1
};

// What a figure of the whole window is called, whether it has a value or not.
struct FigureName {
  std::string_view name;
  std::string_view average;
  bool is_ratio = true;
  bool has_bounds = false;  // NAME_lower_bound and NAME_upper_bound
};

// By what the API calls it: "accuracy", "f1_macro". nullopt if there is none.
// Bounds are not among them.
std::optional<FigureName> FigureOf(std::string_view api_name);

// The figures of the whole window that have a value, in a stable order.
std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window);

// True if the model has a least label coverage and the window has less: then
// it has no other figures than its coverage.
bool Withheld(const ModelSnapshot& model, const WindowSnapshot& window);

// The figures of class `c` that have a value.
std::vector<NamedFigure> ClassFiguresOf(const ClassCounts& c);

// Of the predictions received in the window, the share that has its label by
// now. nullopt for a last-N window and without predictions.
Figure LabelCoverage(const WindowSnapshot& window);

}  // namespace plumbline
