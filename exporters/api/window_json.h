// The parts of a window, or of a step of history, in the API's JSON, except
// findings.

#pragma once

#include <nlohmann/json.hpp>

#include "core/snapshot/snapshot.h"

namespace plumbline {

// Rows of actual classes, columns of predicted ones. REQUIRES: the matrix has
// all classes.
nlohmann::ordered_json ConfusionJson(const ModelSnapshot& model,
                                     const WindowSnapshot& window);

// Key and value of each label; empty for the whole version.
nlohmann::ordered_json SegmentJson(const WindowSnapshot& window);

}  // namespace plumbline
