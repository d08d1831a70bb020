// From a snapshot to the JSON of the API.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "core/snapshot.h"
#include "core/state.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

// GET /api/v1/models
std::string ModelsJson(const State& state, int64_t now_ms);

// GET /api/v1/models/{model}: the versions and windows that are asked for;
// nullopt asks for all. nullopt if there is no such version or window.
std::optional<std::string> ModelJson(const ModelSnapshot& model,
                                     const std::optional<std::string>& version,
                                     const std::optional<std::string>& window);

// GET /api/v1/status
std::string StatusJson(const State& state, const Config& config,
                       const DaemonFigures& daemon, int64_t now_ms);

}  // namespace plumbline
