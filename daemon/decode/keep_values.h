// Keeps the values of an accepted event.

#pragma once

#include <simdjson.h>

#include <span>

#include "daemon/decode/event_fields.h"
#include "daemon/decode/sent_values.h"

namespace plumbline {

// Keeps the fields of an event that EventReader has accepted. Leaves out nulls;
// `segments`, `features` and `metadata` that are not objects; and entries that
// the reader, or mending before it (`left_out`), has left out. Keeps `id` and
// `version` as the reader reads them: 7.0 as 7.
void KeepValues(simdjson::dom::object event,
                std::span<const LeftOutEntry> left_out, SentValues* out);

}  // namespace plumbline
