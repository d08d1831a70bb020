// Rows of an event log: its records, or pairs with their inputs.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "daemon/flags/tool_flags.h"
#include "daemon/tool/log_files.h"

namespace plumbline {

using VisitRow = std::function<void(const LogRecord& row)>;

// The records that the flags select, in order.
void ForEachRecord(const LogFlags& flags, LogFiles* files,
                   const VisitRow& visit);

// A row for each pair: its last label, and the logged fields of its prediction.
// Bounds memory by joining `pairs_at_once` pairs at a time; rows follow the
// order of these parts. Within a part, pairs with a class that was sent under
// an alias follow once the match is certain. Returns the number of pairs
// without a prediction in the log.
uint64_t ForEachPair(const LogFlags& flags, size_t pairs_at_once,
                     LogFiles* files, const VisitRow& visit);

}  // namespace plumbline
