// Conflicts between the models of a daemon and a configuration.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/settings/settings.h"

namespace plumbline {

// `models`: the answer of GET /api/v1/models of the daemon at `url`. A sentence
// for each model that has another task than the configuration; it ends with the
// command that deletes the model, because a configured task does not change a
// known model.
std::vector<std::string> TaskConflicts(std::string_view models,
                                       const Settings& settings,
                                       std::string_view url);

// `status`: the answer of GET /api/v1/status. A sentence for each model that
// has lost its assumed positive class and has none in the configuration.
std::vector<std::string> PositiveClassConflicts(std::string_view status,
                                                const Settings& settings);

}  // namespace plumbline
