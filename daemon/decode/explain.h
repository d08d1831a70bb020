// Explains errors and warnings of the state for the answer.

#pragma once

#include <string>

#include "core/join/batch_outcome.h"
#include "daemon/decode/body.h"

namespace plumbline {

EventError Explain(const EventBatch& batch, const BatchOutcome::Error& error);
EventWarning Explain(const EventBatch& batch,
                     const BatchOutcome::Warned& warned);

}  // namespace plumbline
