// Selects the errors and warnings that an answer lists.

#pragma once

#include <vector>

#include "core/join/batch_outcome.h"
#include "daemon/decode/body.h"

namespace plumbline {

// Merges errors of decoding with errors of the state that `batch` was applied
// to. In the order of the body, the first kListedErrors or kListedWarnings.
std::vector<EventError> ListedErrors(const DecodedBody& body,
                                     const EventBatch& batch,
                                     const BatchOutcome& outcome);
std::vector<EventWarning> ListedWarnings(const DecodedBody& body,
                                         const EventBatch& batch,
                                         const BatchOutcome& outcome);

}  // namespace plumbline
