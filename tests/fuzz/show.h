// Asks of a state what readers see of it.

#pragma once

#include "core/model/state.h"

namespace plumbline {

// All figures.
void Compute(const State& state, int64_t now_ms);
// As the API has them, which takes ten times as long.
void Show(const State& state, int64_t now_ms);

}  // namespace plumbline
