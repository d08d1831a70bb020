// Which entries of `models` can apply, given that the first match wins.

#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string_view>
#include <vector>

namespace plumbline {

// True if `glob` matches everything that `other`, a name or a glob, matches.
// May be false although it does: the check is conservative.
bool Covers(std::string_view glob, std::string_view other);

struct Reach {
  // For each entry, an earlier one that matches all its models.
  std::vector<std::optional<size_t>> covered_by;
  // Some model can have the default windows.
  bool uses_default_windows = true;
};
// `models`: the node of the key, valid or not.
Reach ReachOf(const YAML::Node& models);

}  // namespace plumbline
