// What to do about what is told to users, as the commands that do it.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// The command that has the daemon forget a model, for a shell.
std::string DeleteCommand(std::string_view model);

}  // namespace plumbline
