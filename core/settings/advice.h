// Shell commands that messages recommend to users.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// The shell command that deletes a model. `url`: of the daemon, if it is not
// the default.
std::string DeleteCommand(std::string_view model, std::string_view url = {});

}  // namespace plumbline
