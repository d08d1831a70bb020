// Parts of the API's JSON about one window, or one step of history.

#pragma once

#include <nlohmann/json.hpp>

#include "core/snapshot/snapshot.h"

namespace plumbline {

// Rows of actual classes, columns of predicted ones. REQUIRES: the matrix has
// all classes.
nlohmann::ordered_json ConfusionJson(const ModelSnapshot& model,
                                     const WindowSnapshot& window);

// The figures that have a value, by name and average; those with another label
// in objects by its values.
nlohmann::ordered_json MetricsJson(const ModelSnapshot& model,
                                   const WindowSnapshot& window);

// How far each watched figure is from its history.
nlohmann::ordered_json AnomaliesJson(const ModelSnapshot& model,
                                     const WindowSnapshot& window);

// The names of those that are beyond the threshold.
nlohmann::ordered_json AnomalousJson(const ModelSnapshot& model,
                                     const WindowSnapshot& window);

// How far predictions, scores and features are from their reference, and which
// features are the furthest.
nlohmann::ordered_json DriftJson(const WindowSnapshot& window);

// The figures and counts of each class.
nlohmann::ordered_json ClassesJson(const ModelSnapshot& model,
                                   const WindowSnapshot& window);

// Key and value of each label; empty for what is not sliced.
nlohmann::ordered_json SegmentJson(const WindowSnapshot& window);

}  // namespace plumbline
