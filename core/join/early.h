// Labels that come before anything has decided the task of their model: 1.0 may
// be a class or a value. They wait as places in a list of the model, and are
// read as what they are once the task is decided.

#pragma once

#include <cstdint>

#include "core/event/event.h"
#include "core/join/chain.h"
#include "core/model/model.h"
#include "core/pairs/record.h"

namespace plumbline {

// The place of a value (bits of a double) among the early labels: the next one
// if it is new.
uint64_t EarlyPlaceOf(const Model& model, uint64_t bits);
// True if the event is one more early label of a model whose task is open.
bool StaysOpen(const Settings& settings, const Model& model,
               const Event& event);
// [Writer] Early labels of the chain become what they are. REQUIRES: the task
// is decided.
void ReadEarlyLabels(State* state, const Model& model, const PairKey& key,
                     const Chain& chain);
// [Writer] `place`: as EarlyPlaceOf() has it.
void KeepEarlyLabel(Model* model, uint64_t place, uint64_t bits);

}  // namespace plumbline
