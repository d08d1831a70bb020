// The web configuration file, in the format of Prometheus's exporter-toolkit.

#pragma once

#include <optional>
#include <string>
#include <unordered_map>

namespace plumbline {

struct WebConfig {
  std::unordered_map<std::string, std::string> basic_auth_users;  // bcrypt
};

// nullopt, with *error, if the file cannot be used.
std::optional<WebConfig> LoadWebConfig(const std::string& path,
                                       std::string* error);

}  // namespace plumbline
