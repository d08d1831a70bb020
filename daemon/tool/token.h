// The bearer token for requests to a daemon.

#pragma once

#include <optional>
#include <string>

namespace plumbline {

// The token in `file`, or, if that is empty, in the environment
// (PLUMBLINE_TOKEN); empty if there is none. nullopt, after printing why, if
// the file has no token.
std::optional<std::string> ReadToken(const std::string& file);

}  // namespace plumbline
