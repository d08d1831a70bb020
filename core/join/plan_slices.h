// The slices that a plan adds.

#pragma once

#include <cstddef>
#include <vector>

#include "core/event/event.h"
#include "core/join/plan.h"
#include "core/model/slicing.h"
#include "core/settings/settings.h"

namespace plumbline {

// The segments of an event for which slices must exist. `fit`: new segments
// have room. Otherwise the segment of others stands in for them.
std::vector<Slicing::Labels> SegmentsToAdd(const Settings& settings,
                                           const EventBatch& batch,
                                           const Plan& plan, bool fit);
// The number of those that the version lacks. Does not count the slices of
// "other", which have memory reserved.
size_t CountNewSlices(const Settings& settings, const EventBatch& batch,
                      const Plan& plan, bool fit);

}  // namespace plumbline
