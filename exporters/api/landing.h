// GET /: where everything is, and what has been found.

#pragma once

#include <cstdint>
#include <string>

#include "core/model/published.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

// HTML. With `ready`, what is anomalous now and has changed within a day; and
// what was rejected last.
std::string LandingPage(const PublishedState& state, bool ready, int64_t now_ms,
                        const RejectionFigures& rejections);

}  // namespace plumbline
