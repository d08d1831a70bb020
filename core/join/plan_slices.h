// The slices that a plan adds.

#pragma once

#include <cstddef>
#include <vector>

#include "core/event/event.h"
#include "core/join/plan.h"
#include "core/model/slicing.h"
#include "core/settings/settings.h"

namespace plumbline {

// The segments of an event whose slices are to be added. `fit`: new ones may
// be; else another stands for them.
std::vector<Slicing::Labels> SegmentsToAdd(const Settings& settings,
                                           const EventBatch& batch,
                                           const Plan& plan, bool fit);
// How many of those its version does not have, without those of others, which
// have their room.
size_t CountNewSlices(const Settings& settings, const EventBatch& batch,
                      const Plan& plan, bool fit);

}  // namespace plumbline
