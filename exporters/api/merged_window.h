// What several daemons say of one window, added up.

#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "core/snapshot/snapshot.h"

namespace plumbline {

// What one daemon would say that had all events. `results`: what each says of
// the same version, window and segment, one at least. Of `model` count what it
// is and its classes, which are those of all daemons, and whether all of them
// have the matrix.
nlohmann::ordered_json MergedWindow(
    const ModelSnapshot& model,
    const std::vector<nlohmann::ordered_json>& results);

// True if one of them withholds its figures: then the sum has none, as not all
// counts are known.
bool WithheldByOne(const std::vector<nlohmann::ordered_json>& results);

}  // namespace plumbline
