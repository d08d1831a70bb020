// What /metrics says of the daemon itself, and of the events that it rejects.

#pragma once

#include <cstdint>
#include <string>

#include "core/model/published.h"
#include "exporters/daemon_figures.h"
#include "exporters/prometheus/families.h"

namespace plumbline {

void AddDaemon(Families* out, const PublishedState& state,
               const DaemonFigures& daemon, int64_t now_ms);

// Events that name this model.
void AddRejected(Families* out, const std::string& model,
                 const RejectionFigures& rejections);

}  // namespace plumbline
