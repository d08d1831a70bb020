// Figures as lines of JSON: of `plumbtool simulate`, and of the event log.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/join/batch_outcome.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

// Appends one line of JSON for each version, window and segment; of one window
// alone if it is given. `time_ms`: of the snapshot.
void AppendSimulation(const ModelSnapshot& model,
                      const std::optional<std::string>& window, int64_t time_ms,
                      std::string* out);

// Appends what an event log holds of a model each minute: a line for each
// version, window and segment.
void AppendLoggedFigures(const ModelSnapshot& model, int64_t time_ms,
                         std::string* out);

// Appends the line of a change that a detector found at this time.
void AppendChange(const BatchOutcome::Detected& detected, int64_t time_ms,
                  std::string* out);

}  // namespace plumbline
