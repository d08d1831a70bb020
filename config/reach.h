// Which entries of `models` any model can match: the first that fits counts.

#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string_view>
#include <vector>

namespace plumbline {

// True if `glob` matches whatever `other`, a name or a glob, matches. May be
// false where it takes more than a look at the two to see it.
bool Covers(std::string_view glob, std::string_view other);

struct Reach {
  // Of each entry, one before it that matches whatever it matches.
  std::vector<std::optional<size_t>> covered_by;
  // Some model has the default windows.
  bool uses_default_windows = true;
};
// `models`: the node of the key, whatever it is.
Reach ReachOf(const YAML::Node& models);

}  // namespace plumbline
