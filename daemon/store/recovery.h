// Recovery: the state from the last checkpoint and the journal behind it.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/engine/pipeline.h"
#include "daemon/store/database.h"

namespace plumbline {

// The last checkpoint, which is in the pipeline then. nullopt, with *error, if
// it cannot be read.
std::optional<Database::Stored> RestoreCheckpoint(const Database& database,
                                                  Pipeline* pipeline,
                                                  std::string* error);

// What applies the records of the journal (see ReadJournal). `goes_on` is asked
// before each, and false ends it.
std::function<bool(uint64_t sequence, std::string_view record)> Replayer(
    Pipeline* pipeline, std::string* error,
    std::function<bool(uint64_t sequence)> goes_on = [](uint64_t) {
      return true;
    });

}  // namespace plumbline
