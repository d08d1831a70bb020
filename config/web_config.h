// The web configuration file, in the format of Prometheus's exporter-toolkit.

#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/loader.h"

namespace plumbline {

struct WebConfig {
  std::unordered_map<std::string, std::string> basic_auth_users;  // bcrypt
};

// nullopt, with all that is wrong, if the file cannot be used.
std::optional<WebConfig> LoadWebConfig(const std::string& path,
                                       std::vector<ConfigProblem>* problems);

}  // namespace plumbline
