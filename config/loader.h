// Reads the configuration file.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace plumbline {

struct ConfigProblem {
  int line = 0;         // from 1; 0 if unknown
  std::string path;     // "join.horizon"; empty for the whole file
  std::string message;  // the error and its remedy
};

// Parses `text` (YAML). nullopt, with all problems, if it is invalid.
std::optional<Config> LoadConfig(std::string_view text,
                                 std::vector<ConfigProblem>* problems);

// The same for a file. An unreadable file is a problem, too.
std::optional<Config> LoadConfigFile(const std::string& path,
                                     std::vector<ConfigProblem>* problems);

// "plumbline.yaml:12: join.horizon: ..."
std::string Describe(const std::string& file, const ConfigProblem& problem);
// All problems, one per line.
std::string Describe(const std::string& file,
                     const std::vector<ConfigProblem>& problems);

}  // namespace plumbline
