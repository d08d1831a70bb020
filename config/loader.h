// Reads the configuration file.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace plumbline {

struct ConfigProblem {
  int line = 0;         // from 1; 0 where none is known
  std::string path;     // "join.horizon"; empty for the whole file
  std::string message;  // what is wrong, and what would be right
};

// The configuration that `text` (YAML) describes, or nullopt and all that is
// wrong with it.
std::optional<Config> LoadConfig(std::string_view text,
                                 std::vector<ConfigProblem>* problems);

// The same for a file; a file that cannot be read is a problem too.
std::optional<Config> LoadConfigFile(const std::string& path,
                                     std::vector<ConfigProblem>* problems);

// "plumbline.yaml:12: join.horizon: ..."
std::string Describe(const std::string& file, const ConfigProblem& problem);
// All of them, a line each.
std::string Describe(const std::string& file,
                     const std::vector<ConfigProblem>& problems);

}  // namespace plumbline
