// Names of figures, whether the figures have a value or not.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/metrics/statistic.h"

namespace plumbline {

// The name and properties of a figure of the whole window.
struct FigureName {
  std::string_view name;
  std::string_view average;
  bool is_ratio = true;
  bool has_bounds = false;       // NAME_lower_bound and NAME_upper_bound
  std::vector<Task> tasks = {};  // tasks of the models that have it
  // It is computed from predictions, not from pairs. Last-N windows do not have
  // it.
  bool of_predictions = false;
};

// The figure with this API name: "accuracy", "f1_macro". nullopt if there is
// none. Bounds have no name here, nor figures with a label other than an
// average.
std::optional<FigureName> FigureOf(std::string_view api_name);

// All API names that FigureOf() knows.
std::vector<std::string> FigureNames();

// The API name of a figure. Ignores a label other than an average.
std::string ApiName(const NamedFigure& figure);

}  // namespace plumbline
