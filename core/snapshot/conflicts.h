// Conflicts: where the configuration and what is known of a model do not go
// together, and somebody has to decide.

#pragma once

#include <string>
#include <vector>

#include "core/model/published.h"
#include "core/settings/settings.h"

namespace plumbline {

struct Conflict {
  std::string model;
  std::string field;    // of the configuration: "task", "positive_class"
  std::string message;  // with what to do
};

// [Any thread] By model. `settings` are those in force.
std::vector<Conflict> ConflictsOf(const PublishedState& state,
                                  const Settings& settings);

}  // namespace plumbline
