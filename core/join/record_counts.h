// How many records of pair memory events need, computed from the events: at
// most, or if all of them are new.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/event/event.h"
#include "core/model/state.h"

namespace plumbline {

// The number of detail records for the scores or the set of classes of the
// prediction, or of the label if there is no prediction.
uint32_t DetailCount(const EventBatch& batch, const Event& event);
// The records that the event needs if it is new; 0 without an id.
uint32_t RecordsOf(const EventBatch& batch, const Event& event);

// Upper bound of the records that the events add, without SetCopies().
size_t NewRecords(const EventBatch& batch);
// The records that the predictions from index `begin` on need if all are new.
size_t RecordsOfPredictions(const EventBatch& batch, size_t begin);
// [Writer] Upper bound of further records for sets of classes: each record that
// holds a label has its own copy. REQUIRES: the chains of the batches are in
// memory.
size_t SetCopies(State* state, const std::vector<const EventBatch*>& batches);

}  // namespace plumbline
