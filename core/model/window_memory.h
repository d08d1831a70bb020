// The bytes that the windows of a model take of limits.window_bytes: all that
// they can grow to, so that nothing is refused or cut off later.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/model/model.h"

namespace plumbline {

// The properties that decide the memory of a model's windows.
struct WindowShape {
  Task task = Task::kClassification;
  size_t versions = 0;
  size_t slices = 0;  // of all versions, without "__other__"
  size_t sets = 0;    // sets of slices
  uint32_t classes = 0;
  size_t thresholds = 0;
  size_t figure_histories = 0;  // those that take memory, of all versions
  size_t variables = 0;         // drift variables of the version with most
  bool scored = false;
  bool class_scored = false;
};

WindowShape ShapeOf(const Model& model,
                    const std::vector<Version*>& without = {});

// The bytes charged for a model of this name and shape.
int64_t WindowBytes(const Settings& settings, std::string_view model,
                    const WindowShape& shape);

}  // namespace plumbline
