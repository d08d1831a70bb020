// Which errors and warnings of a body its answer lists.

#pragma once

#include <vector>

#include "core/join/batch_outcome.h"
#include "daemon/decode/body.h"

namespace plumbline {

// Those of decoding, and those of the state that `batch` was applied to: in the
// order of the body, the first kListedErrors and kListedWarnings of it.
std::vector<EventError> ListedErrors(const DecodedBody& body,
                                     const EventBatch& batch,
                                     const BatchOutcome& outcome);
std::vector<EventWarning> ListedWarnings(const DecodedBody& body,
                                         const EventBatch& batch,
                                         const BatchOutcome& outcome);

}  // namespace plumbline
