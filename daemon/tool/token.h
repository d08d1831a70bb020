// The bearer token that a daemon is asked with.

#pragma once

#include <optional>
#include <string>

namespace plumbline {

// Of this file, or without one of the environment (PLUMBLINE_TOKEN); empty if
// there is none. nullopt if the file has none, and that is told.
std::optional<std::string> ReadToken(const std::string& file);

}  // namespace plumbline
