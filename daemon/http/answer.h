// The answer to a body of events.

#pragma once

#include "core/join/batch_outcome.h"
#include "daemon/decode/body.h"
#include "daemon/http/message.h"

namespace plumbline {

// Decoding and applying both reject events; the answer lists all rejections in
// body order. `batch` is what was applied; body.rejected counts the rejections
// of both.
HttpResponse EventsResponse(const DecodedBody& body, const EventBatch& batch,
                            const BatchOutcome& outcome);

}  // namespace plumbline
