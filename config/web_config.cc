#include "config/web_config.h"

#include <yaml-cpp/yaml.h>

#include "config/yaml_reader.h"

namespace plumbline {
namespace {

constexpr size_t kBcryptLength = 60;

bool IsBcrypt(const std::string& hash) {
  return hash.size() == kBcryptLength && hash.starts_with("$2") &&
         hash[3] == '$' && hash[6] == '$';
}

void ReadUsers(YamlMap* root, std::vector<ConfigProblem>* problems,
               WebConfig* config) {
  const YAML::Node users = root->Take("basic_auth_users");
  if (!users.IsDefined()) return;
  if (!users.IsMap()) {
    root->Problem(users, "basic_auth_users",
                  "must be a map of user to bcrypt hash");
    return;
  }
  for (const auto& entry : users) {
    const std::string name = entry.first.Scalar();
    const std::string path = "basic_auth_users." + name;
    const std::string hash =
        entry.second.IsScalar() ? entry.second.Scalar() : "";
    if (!IsBcrypt(hash)) {
      problems->push_back(
          {entry.first.Mark().line + 1, path,
           "must be a bcrypt hash (htpasswd -nBC 10 " + name + ")"});
    } else if (!config->basic_auth_users.emplace(name, hash).second) {
      problems->push_back(
          {entry.first.Mark().line + 1, path, "is there twice"});
    }
  }
}

}  // namespace

std::optional<WebConfig> LoadWebConfig(const std::string& path,
                                       std::vector<ConfigProblem>* problems) {
  const size_t before = problems->size();
  WebConfig config;
  const auto text = ReadFile(path);
  if (!text) {
    problems->push_back({0, "", "cannot be read"});
    return std::nullopt;
  }
  try {
    const auto documents = YAML::LoadAll(*text);
    if (documents.size() > 1) {
      problems->push_back({documents[1].Mark().line + 1, "",
                           "has more than one YAML document"});
    }
    YamlMap root(documents.empty() ? YAML::Node() : documents[0], "", problems);
    const YAML::Node tls = root.Take("tls_server_config");
    if (tls.IsDefined()) {
      root.Problem(tls, "tls_server_config",
                   "this system's civetweb has no usable TLS; end TLS in a "
                   "proxy in front and listen on loopback");
    }
    ReadUsers(&root, problems, &config);
    root.RefuseOthers();
  } catch (const YAML::Exception& error) {
    problems->push_back(
        {error.mark.line + 1, "", "is not valid YAML: " + error.msg});
  }
  if (problems->size() > before) return std::nullopt;
  return config;
}

}  // namespace plumbline
