// The metric families of the daemon itself, and of rejected events.

#pragma once

#include <cstdint>
#include <string>

#include "core/model/published.h"
#include "exporters/daemon_figures.h"
#include "exporters/prometheus/families.h"

namespace plumbline {

void AddDaemon(Families* out, const PublishedState& state,
               const DaemonFigures& daemon, int64_t now_ms);

// Adds the rejected events that name this model.
void AddRejected(Families* out, const std::string& model,
                 const RejectionFigures& rejections);

}  // namespace plumbline
