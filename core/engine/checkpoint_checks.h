// What is believed of an image behind its checksums. Counts may be any; what
// names a place, or is computed with as if it were a number of its kind, is
// what this version writes.

#pragma once

#include <cstdint>

#include "core/model/model.h"
#include "core/window/observation.h"
#include "core/window/slot.h"

namespace plumbline {

// Of classes that are known to be the model's.
bool IsSound(const ScorePool::List& scores, uint32_t classes);
bool IsSound(const SetPool::List& set, uint32_t classes);

// Of a window of the model.
bool IsSound(const Observation& observation, const Model& model);
// `last`: N of a last-N window, or 0.
bool IsSound(const SlotCounts& counts, uint32_t classes, int64_t last);

// Of a model whose task is open they are numbers.
bool AreEarlyLabelsSound(const Model& model, bool is_open);

// Moments, as counts keep them.
bool AreTimesSound(const Model& model);
bool AreTimesSound(const Version& version);

}  // namespace plumbline
