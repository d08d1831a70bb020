// Samples the history of figures once an hour.

#pragma once

#include "core/model/state.h"

namespace plumbline {

// Appends the figures of the model, as they stood at the end of the last full
// hour, to its history. Does so once an hour. Call before events of this hour
// are published.
void SampleFigures(State* state, Model* model);

}  // namespace plumbline
