// Asks of a state all that readers can see of it.

#pragma once

#include "core/state.h"

namespace plumbline {

void Show(const State& state, int64_t now_ms);

}  // namespace plumbline
