// The two steps of ingesting events, decode and commit, for callers that
// separate them: event files are decoded, sorted, and then applied.

#pragma once

#include <cstdint>
#include <string>

#include "config/config.h"
#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"

namespace plumbline {

// The limits of a body that a configuration sets.
DecodeLimits DecodeLimitsOf(const Config& config);

// The result of ingesting a body.
struct Ingested {
  enum class Status : uint8_t {
    kTaken,          // each event was applied, or rejected for a reason
    kUnreadable,     // not a body of events
    kTooManyEvents,  // limits.events_per_request
    kFull,           // join.max_bytes is reached
    kNotStored,      // the storage stored none of it
    kStopping,       // the daemon stops; none of it was taken
    kUnknown,        // unknown what was taken: send no answer
  };
  Status status = Status::kTaken;
  std::string message;   // the reason, if nothing was taken
  BatchOutcome outcome;  // of the events that were applied
};

// Commits a batch. Reports what its events did in `report`, if not null.
Ingested CommitEvents(const Command& batch, int64_t now_ms, BatchReport* report,
                      Pipeline* pipeline);

// True if some events were applied. With kUnknown it may not be all of them.
bool AppliedSome(const BatchOutcome& outcome);

}  // namespace plumbline
