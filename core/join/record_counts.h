// How many records events take of the memory of pairs, counted from what they
// say: at most, or if all that they bring is new.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/event/event.h"
#include "core/model/state.h"

namespace plumbline {

// Records behind that of the event's prediction, or else of its label: for its
// scores, or its set of classes.
uint32_t DetailCount(const EventBatch& batch, const Event& event);
// What the event needs if it is new; 0 without an id.
uint32_t RecordsOf(const EventBatch& batch, const Event& event);

// How many records the events add at most, but for SetCopies().
size_t NewRecords(const EventBatch& batch);
// How many those predictions need that are at `begin` and behind it, if all
// are new.
size_t RecordsOfPredictions(const EventBatch& batch, size_t begin);
// [Writer] How many more there are at most for sets of classes, which are kept
// with each record that holds the label. Once the chains of the batches are in
// memory.
size_t SetCopies(State* state, const std::vector<const EventBatch*>& batches);

}  // namespace plumbline
