// The history of figures: what they were at the end of each hour.

#pragma once

#include "core/model/state.h"

namespace plumbline {

// Adds to the history of the model's figures what they were at the end of the
// last full hour, once in an hour. To be called before what comes in this hour
// is published.
void SampleFigures(State* state, Model* model);

}  // namespace plumbline
