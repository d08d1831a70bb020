// Recovery: rebuilds the state from the last checkpoint and the journal after
// it.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/engine/pipeline.h"
#include "daemon/store/database.h"

namespace plumbline {

// Loads the last checkpoint into the pipeline. nullopt, with *error, if it
// cannot be read.
std::optional<Database::Stored> RestoreCheckpoint(const Database& database,
                                                  Pipeline* pipeline,
                                                  std::string* error);

// Returns a callback for ReadJournal() that applies records. `goes_on` is
// called before each record; false ends it.
std::function<bool(uint64_t sequence, std::string_view record)> Replayer(
    Pipeline* pipeline, std::string* error,
    std::function<bool(uint64_t sequence)> goes_on = [](uint64_t) {
      return true;
    });

}  // namespace plumbline
