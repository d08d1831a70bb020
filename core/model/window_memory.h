// What the windows of a model take of limits.window_bytes: all that they can
// grow to, so that nothing has to be refused or cut off later.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/model/model.h"

namespace plumbline {

// What decides how much memory the windows of a model take.
struct WindowShape {
  Task task = Task::kClassification;
  size_t versions = 0;
  size_t slices = 0;  // of all versions, without those of others
  size_t sets = 0;    // of slices
  uint32_t classes = 0;
  size_t thresholds = 0;
  size_t figure_histories = 0;  // of all versions, those that take memory
  size_t variables = 0;         // of drift: places of the version with most
  bool scored = false;
  bool class_scored = false;
};

// Of a model as it is, but for these versions.
WindowShape ShapeOf(const Model& model,
                    const std::vector<Version*>& without = {});

// Bytes that a model of this name and shape is charged.
int64_t WindowBytes(const Settings& settings, std::string_view model,
                    const WindowShape& shape);

}  // namespace plumbline
