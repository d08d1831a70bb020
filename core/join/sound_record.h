// What is believed of a record that comes from a store, behind its checksums.

#pragma once

#include <cstdint>

#include "core/model/model.h"
#include "core/model/state.h"
#include "core/pairs/record.h"

namespace plumbline {

// A label, or a prediction: of what the model knows.
bool IsSoundValue(const Model& model, uint64_t bits);

// False if no record of this state says so. What is forgotten may say
// anything.
bool IsSound(const State& state, const Record& record);

}  // namespace plumbline
