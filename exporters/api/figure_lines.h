// Figures as lines of JSON, for `plumbtool simulate` and the event log.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/join/batch_outcome.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

// Appends a line for each version, window and segment, or only those of
// `window`. `time_ms`: of the snapshot.
void AppendSimulation(const ModelSnapshot& model,
                      const std::optional<std::string>& window, int64_t time_ms,
                      std::string* out);

// Appends the lines that the event log records of a model each minute: one for
// each version, window and segment.
void AppendLoggedFigures(const ModelSnapshot& model, int64_t time_ms,
                         std::string* out);

// Appends the line for a change that a detector found.
void AppendChange(const BatchOutcome::Detected& detected, int64_t time_ms,
                  std::string* out);

}  // namespace plumbline
