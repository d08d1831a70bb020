// Checks records that come from a store, beyond their checksums.

#pragma once

#include <cstdint>

#include "core/model/model.h"
#include "core/model/state.h"
#include "core/pairs/record.h"

namespace plumbline {

// True if the model knows this value of a label or a prediction.
bool IsSoundValue(const Model& model, uint64_t bits);

// False if no record of this state can hold these values. Forgotten records are
// not checked.
bool IsSound(const State& state, const Record& record);

}  // namespace plumbline
