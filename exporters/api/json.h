// From a snapshot to the JSON of the API.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "core/model/published.h"
#include "core/snapshot/snapshot.h"
#include "exporters/api/choice.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

// GET /api/v1/models
std::string ModelsJson(const PublishedState& state, int64_t now_ms);

// GET /api/v1/models/{model}: the versions and windows that are asked for.
std::string ModelJson(const ModelSnapshot& model, const Choice& choice);

// GET /api/v1/status
std::string StatusJson(const PublishedState& state, const Config& config,
                       const DaemonFigures& daemon, int64_t now_ms);

}  // namespace plumbline
