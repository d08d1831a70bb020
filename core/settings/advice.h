// What to do about what is told to users, as the commands that do it.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// The command that has a daemon forget a model, for a shell. `url` is the
// daemon's, where it is not the usual one.
std::string DeleteCommand(std::string_view model, std::string_view url = {});

}  // namespace plumbline
