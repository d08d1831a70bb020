#include "config/web_config.h"

#include <yaml-cpp/yaml.h>

namespace plumbline {

std::optional<WebConfig> LoadWebConfig(const std::string& path,
                                       std::string* error) {
  WebConfig config;
  try {
    const YAML::Node root = YAML::LoadFile(path);
    if (root.IsNull()) return config;
    for (const auto& entry : root) {
      const std::string key = entry.first.as<std::string>();
      if (key == "tls_server_config") {
        *error = path +
                 ": tls_server_config: this system's civetweb has no usable "
                 "TLS; end TLS in a proxy in front and listen on loopback";
        return std::nullopt;
      }
      if (key != "basic_auth_users") {
        *error = path + ": " + key +
                 ": is no known key; known here: basic_auth_users";
        return std::nullopt;
      }
      for (const auto& user : entry.second) {
        const std::string name = user.first.as<std::string>();
        const std::string hash = user.second.as<std::string>();
        if (!hash.starts_with("$2")) {
          *error = path + ": basic_auth_users." + name +
                   ": must be a bcrypt hash (htpasswd -nBC 10 " + name + ")";
          return std::nullopt;
        }
        config.basic_auth_users.emplace(name, hash);
      }
    }
  } catch (const YAML::Exception& e) {
    *error = path + ": cannot be read: " + e.what();
    return std::nullopt;
  }
  return config;
}

}  // namespace plumbline
