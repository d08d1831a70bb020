// Validation of a loaded image whose checksums are right. Counts may have any
// value. Indexes, times and numbers must have values that this version writes.

#pragma once

#include <cstdint>

#include "core/model/model.h"
#include "core/window/observation.h"
#include "core/window/slot.h"

namespace plumbline {

// True if the observation, or the counts of a slot, are sound for the model.
bool IsSound(const Observation& observation, const Model& model);
bool IsSound(const SlotCounts& counts, uint32_t classes);

// True if all times are in the range that counts can hold.
bool AreTimesSound(const Model& model);
bool AreTimesSound(const Version& version);

// Recounts the sums of errors of last-N windows from their pairs. Old stores
// have squares that were not scaled, so a pair that leaves the window now would
// subtract another square than it added.
void RecountErrorSums(const Model& model, uint64_t generation, Series* series);

}  // namespace plumbline
