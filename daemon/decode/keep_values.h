// What of an event that was taken is kept by value.

#pragma once

#include <simdjson.h>

#include <span>

#include "daemon/decode/event_fields.h"
#include "daemon/decode/sent_values.h"

namespace plumbline {

// Keeps the fields of an event that EventReader has taken. Those that are null
// are not kept, nor `segments`, `features` and `metadata` that are no objects,
// nor entries that the reader has left out, or others before it (`left_out`).
// `id` and `version` are kept as the reader takes them: 7.0 is 7.
void KeepValues(simdjson::dom::object event,
                std::span<const LeftOutEntry> left_out, SentValues* out);

}  // namespace plumbline
