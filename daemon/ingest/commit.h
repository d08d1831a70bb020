// The two ends of the way of events in, for who does not go all of it at once:
// files of events are decoded, put in order, and then applied.

#pragma once

#include <cstdint>
#include <string>

#include "config/config.h"
#include "core/engine/pipeline.h"
#include "daemon/decode/body.h"

namespace plumbline {

// What a configuration lets a body hold.
DecodeLimits DecodeLimitsOf(const Config& config);

// What became of the events of a body.
struct Ingested {
  enum class Status : uint8_t {
    kTaken,          // each event was applied, or rejected for a reason
    kUnreadable,     // it is no body of events
    kTooManyEvents,  // limits.events_per_request
    kFull,           // as many ids are remembered as join.max_bytes allows
    kNotStored,      // the storage took nothing of it
    kStopping,       // nothing of it was taken
    kUnknown,        // nobody can say what of it was taken: answer nothing
  };
  Status status = Status::kTaken;
  std::string message;   // why, where nothing was taken
  BatchOutcome outcome;  // of what was applied
};

// Has the pipeline apply a batch. What its events do is noted in `account`, if
// it is not null.
Ingested CommitEvents(const Command& batch, int64_t now_ms, Account* account,
                      Pipeline* pipeline);

// Some of it was applied, though not all where nobody can say of which.
bool AppliedSome(const BatchOutcome& outcome);

}  // namespace plumbline
