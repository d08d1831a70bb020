// Reads a state as readers do.

#pragma once

#include "core/model/state.h"

namespace plumbline {

// Computes all figures.
void Compute(const State& state, int64_t now_ms);
// Renders the API's JSON, which takes ten times as long.
void Show(const State& state, int64_t now_ms);

}  // namespace plumbline
