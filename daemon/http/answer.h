// The answer to a body of events.

#pragma once

#include "core/join/batch_outcome.h"
#include "daemon/decode/body.h"
#include "daemon/http/message.h"

namespace plumbline {

// Decoding and applying each reject events; the answer lists both in body
// order. `batch` is what was applied; body.rejected counts what either did.
HttpResponse EventsResponse(const DecodedBody& body, const EventBatch& batch,
                            const BatchOutcome& outcome);

}  // namespace plumbline
