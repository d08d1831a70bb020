// Eviction: keeps the remembered records within join.max_bytes.
//
// Joined records go first: they only serve to recognise resends. Each step
// evicts the oldest age bucket of the model that remembers most. When no joined
// record is left, the policy decides: evict waiting records in the same way, or
// refuse.

#pragma once

#include <cstdint>

#include "core/model/state.h"

namespace plumbline {

// The number of records that join.max_bytes allows.
int64_t RecordLimit(const Settings& settings);

// True if `n` more records fit without eviction.
bool Fits(const State& state, int64_t n);

// Evicts until `n` more records fit. `evict`: waiting records may go too. False
// if they still do not fit.
bool MakeRoom(State* state, int64_t n, bool evict);

// The age bucket of a record that is received now. Closes the bucket once it
// holds a good part of the limit, so that evicting one bucket does not evict
// all.
uint32_t AgeOfReceipt(State* state, AgeBuckets* ages, int64_t records = 1);

}  // namespace plumbline
