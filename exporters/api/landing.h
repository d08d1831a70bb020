// GET /: the landing page, with links and findings.

#pragma once

#include <cstdint>
#include <string>

#include "core/model/published.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

// HTML. If `ready`, lists current anomalies and changes of the last day. Always
// lists the last rejections.
std::string LandingPage(const PublishedState& state, bool ready, int64_t now_ms,
                        const RejectionFigures& rejections);

}  // namespace plumbline
