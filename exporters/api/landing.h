// GET /: where everything is, and what has been found.

#pragma once

#include <cstdint>
#include <string>

#include "core/state.h"

namespace plumbline {

// HTML. With `ready`, what is anomalous now and has changed within a day.
std::string LandingPage(const State& state, bool ready, int64_t now_ms);

}  // namespace plumbline
