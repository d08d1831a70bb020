// Where the models of a daemon are otherwise than a configuration says.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/settings/settings.h"

namespace plumbline {

// `models`: of GET /api/v1/models of the daemon at `url`. A configured task
// changes nothing for a model that is known by another: a sentence for each,
// which ends with the command that forgets the model.
std::vector<std::string> TaskConflicts(std::string_view models,
                                       const Settings& settings,
                                       std::string_view url);

// `status`: of GET /api/v1/status. Sentences about models whose assumed
// positive class has ended, and which the configuration gives none.
std::vector<std::string> PositiveClassConflicts(std::string_view status,
                                                const Settings& settings);

}  // namespace plumbline
