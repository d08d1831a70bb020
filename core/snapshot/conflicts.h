// Conflicts: contradictions between the configuration and the state of a model
// that a person must resolve.

#pragma once

#include <string>
#include <vector>

#include "core/model/published.h"
#include "core/settings/settings.h"

namespace plumbline {

struct Conflict {
  std::string model;
  std::string field;    // configuration key: "task", "positive_class"
  std::string message;  // says what to do
};

// [Any thread] Sorted by model. `settings`: those in force.
std::vector<Conflict> ConflictsOf(const PublishedState& state,
                                  const Settings& settings);

}  // namespace plumbline
