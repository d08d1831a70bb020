// What is believed of an image behind its checksums. Counts may be any; what
// names a place, or is computed with as if it were a number of its kind, is
// what this version writes.

#pragma once

#include <cstdint>

#include "core/model/model.h"
#include "core/window/observation.h"
#include "core/window/slot.h"

namespace plumbline {

// Of a window of the model.
bool IsSound(const Observation& observation, const Model& model);
bool IsSound(const SlotCounts& counts, uint32_t classes);

// Moments, as counts keep them.
bool AreTimesSound(const Model& model);
bool AreTimesSound(const Version& version);

// Stores can be older than the scaling of squares that no double holds: what
// takes a pair out of a last-N window now would not take out what it brought
// then.
void RecountErrorSums(const Model& model, uint64_t generation, Series* series);

}  // namespace plumbline
