// Early labels: labels that arrive before the task of their model is decided.
//
// 1.0 may be a class or a number then. An early label waits as an index into a
// list of values of the model. It gets its real value once the task is decided.

#pragma once

#include <cstdint>

#include "core/event/event.h"
#include "core/join/chain.h"
#include "core/model/model.h"
#include "core/pairs/record.h"

namespace plumbline {

// The index of a value (bits of a double) among the early labels. A new value
// gets the next free index.
uint64_t EarlyPlaceOf(const Model& model, uint64_t bits);
// True if the event adds an early label and the task stays open.
bool StaysOpen(const Settings& settings, const Model& model,
               const Event& event);
// [Writer] Gives the early labels of the chain their real values. REQUIRES: the
// task is decided.
void ReadEarlyLabels(State* state, const Model& model, const PairKey& key,
                     const Chain& chain);
// [Writer] `place`: from EarlyPlaceOf().
void KeepEarlyLabel(Model* model, uint64_t place, uint64_t bits);

}  // namespace plumbline
