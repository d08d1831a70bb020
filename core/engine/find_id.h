// Looks up what is remembered of one id, while the writer continues.

#pragma once

#include <cstdint>
#include <string_view>

#include "core/engine/pipeline.h"
#include "core/join/known_id.h"
#include "core/pairs/pair_store.h"

namespace plumbline {

enum class FoundId {
  kFound,
  kNoModel,
  kNothing,      // nothing is remembered of the id
  kStoreFailed,  // the store cannot be read now
};

// An id of a model, as its keyed hash.
struct AskedId {
  std::string_view model;
  uint64_t hi;
  uint64_t lo;
};

// [Any thread] `store` is the pipeline's, or null. Changes nothing in the
// state, and loads nothing into memory.
FoundId FindId(Pipeline* pipeline, PairStore* store, const AskedId& id,
               KnownId* known);

}  // namespace plumbline
