// What figures are called, whether they have a value or not.

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

}  // namespace plumbline
