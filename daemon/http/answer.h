// The answer to a body of events.

#pragma once

#include <vector>

#include "core/join/joiner.h"
#include "daemon/decode/body.h"
#include "daemon/http/message.h"

namespace plumbline {

// Those that decoding and applying rejected, in body order, the first of each.
std::vector<EventError> ListedErrors(const DecodedBody& body,
                                     const EventBatch& batch,
                                     const BatchOutcome& outcome);

// Decoding and applying each reject events; the answer lists both in body
// order. `batch` is what was applied; body.rejected counts what either did.
HttpResponse EventsResponse(const DecodedBody& body, const EventBatch& batch,
                            const BatchOutcome& outcome);

}  // namespace plumbline
