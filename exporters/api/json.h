// The JSON of the API, from a snapshot.

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

// GET /api/v1/models/{model}: the chosen versions and windows.
std::string ModelJson(const ModelSnapshot& model, const Choice& choice);

// GET /api/v1/status
std::string StatusJson(const PublishedState& state, const Config& config,
                       const DaemonFigures& daemon, int64_t now_ms);

}  // namespace plumbline
