// Rows of an event log: its records as they are, or pairs with their inputs.

#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "daemon/flags/tool_flags.h"
#include "daemon/tool/log_files.h"

namespace plumbline {

using VisitRow = std::function<void(const LogRecord& row)>;

// The records that the flags ask for, in order.
void ForEachRecord(const LogFlags& flags, LogFiles* files,
                   const VisitRow& visit);

// A row for each pair, with its last label, and what was logged of its
// prediction. Of many pairs the memory is bounded: they are joined in parts, of
// `pairs_at_once` each, and come in the order of these; in each, those whose
// class was sent under an alias come once it is sure that they belong together.
// Returns how many pairs have no prediction in the log.
uint64_t ForEachPair(const LogFlags& flags, size_t pairs_at_once,
                     LogFiles* files, const VisitRow& visit);

}  // namespace plumbline
