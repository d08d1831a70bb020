// Merges the results of one window from several daemons.

#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "core/snapshot/snapshot.h"

namespace plumbline {

// The result of one daemon with all events. `results`: of the same version,
// window and segment, at least one. `model` supplies the task, the classes of
// all daemons, and whether all daemons have the matrix.
nlohmann::ordered_json MergedWindow(
    const ModelSnapshot& model,
    const std::vector<nlohmann::ordered_json>& results);

// True if a daemon withholds its figures. Then the sum has none, because not
// all counts are known.
bool WithheldByOne(const std::vector<nlohmann::ordered_json>& results);

}  // namespace plumbline
