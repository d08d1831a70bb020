// The bound on all that is remembered (join.max_bytes), computed from counts.
//
// At the bound what is joined is forgotten first: it only recognises resends.
// Each step takes the oldest age bucket of the model that remembers most. What
// happens when nothing joined is left is the policy's choice: to evict what
// waits, in the same way, or to refuse.

#pragma once

#include <cstdint>

#include "core/model/state.h"

namespace plumbline {

// How many records the bound allows.
int64_t RecordLimit(const Settings& settings);

// True if `n` more records fit without forgetting anything.
bool Fits(const State& state, int64_t n);

// Forgets until `n` more records fit; `evict` says if waiting ones may go too.
// False if they still do not fit.
bool MakeRoom(State* state, int64_t n, bool evict);

// The age bucket of a record received now. Closes the bucket when it holds a
// good part of the bound, so that forgetting one does not forget all.
uint32_t AgeOfReceipt(State* state, AgeClock* ages, int64_t records = 1);

}  // namespace plumbline
