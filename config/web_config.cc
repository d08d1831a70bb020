#include "config/web_config.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/yaml_document.h"
#include "config/yaml_reader.h"
#include "core/settings/nearest.h"

namespace plumbline {
namespace {

constexpr size_t kBcryptLength = 60;
constexpr size_t kDigestLength = 32;
constexpr size_t kLongestPath = 4096;

constexpr std::array<std::string_view, kRightCount> kRightNames = {
    "ingest", "read", "admin"};

// The digest of the empty text, the result of an unset shell variable.
constexpr std::string_view kDigestOfNothing =
    "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24"
    "\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55";

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

// Decodes hexadecimal digits; nullopt for other text.
std::optional<std::string> FromHex(std::string_view text) {
  const auto value = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = value(text[i]);
    const int low = value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

// Empty if it is invalid. `entry` is the node to blame if it is missing.
std::string ReadDigest(const YAML::Node& entry, YamlMap* token) {
  const YAML::Node digest_node = token->Take("sha256");
  const YAML::Node& node = digest_node.IsDefined() ? digest_node : entry;
  const std::string path = token->PathOf("sha256");
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  auto digest = FromHex(text);
  if (!digest || digest->size() != kDigestLength) {
    token->Problem(node, path,
                   "must be the 64 hexadecimal digits of the token's SHA-256 "
                   "(printf %s \"$TOKEN\" | sha256sum)");
    return "";
  }
  if (*digest == kDigestOfNothing) {
    token->Problem(node, path,
                   "is the SHA-256 of nothing: make a token first "
                   "(TOKEN=$(openssl rand -hex 32))");
    return "";
  }
  return *std::move(digest);
}

std::bitset<kRightCount> ReadRights(const YAML::Node& entry, YamlMap* token) {
  std::bitset<kRightCount> rights;
  const YAML::Node allow = token->Take("allow");
  const std::string path = token->PathOf("allow");
  if (!allow.IsDefined() || !allow.IsSequence() || allow.size() == 0) {
    token->Problem(allow.IsDefined() ? allow : entry, path,
                   "must list what the token may do: one or more of ingest, "
                   "read, admin, such as [ingest]");
    return rights;
  }
  for (const auto& right : allow) {
    const std::string name = right.IsScalar() ? right.Scalar() : "";
    const auto* found = std::find(kRightNames.begin(), kRightNames.end(), name);
    if (found == kRightNames.end()) {
      token->Problem(
          right, path,
          "has \"" + name + "\"; there are ingest, read, admin" +
              NearestHint(name, {kRightNames.begin(), kRightNames.end()}));
      continue;
    }
    rights.set(static_cast<size_t>(found - kRightNames.begin()));
  }
  return rights;
}

void ReadTokens(YamlMap* root, std::vector<ConfigProblem>* problems,
                WebConfig* config) {
  const YAML::Node tokens = root->Take("bearer_tokens");
  if (!tokens.IsDefined()) return;
  if (!tokens.IsSequence()) {
    root->Problem(tokens, "bearer_tokens",
                  "must be a list of {sha256: ..., allow: [...]}");
    return;
  }
  for (const auto& node : tokens) {
    const std::string path =
        "bearer_tokens[" + std::to_string(config->bearer_tokens.size()) + "]";
    BearerToken& token = config->bearer_tokens.emplace_back();
    if (!node.IsMap()) {
      root->Problem(node, path, "must be a map of sha256 and allow");
      continue;
    }
    YamlMap map(node, path, problems);
    token.digest = ReadDigest(node, &map);
    token.rights = ReadRights(node, &map);
    map.RefuseOthers();
    const auto same = std::count_if(
        config->bearer_tokens.begin(), config->bearer_tokens.end(),
        [&](const BearerToken& other) { return other.digest == token.digest; });
    if (!token.digest.empty() && same > 1) {
      root->Problem(node, path + ".sha256",
                    "is there twice: give each token one entry");
    }
  }
}

ClientCertificate ReadClientCertificate(YamlMap* tls) {
  std::string type = "NoClientCert";
  // The other types of Go's library request a certificate without checking it.
  tls->Word(
      "client_auth_type",
      {"NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"},
      &type);
  if (type == "VerifyClientCertIfGiven") return ClientCertificate::kIfGiven;
  return type == "NoClientCert" ? ClientCertificate::kNone
                                : ClientCertificate::kRequired;
}

void ReadTls(YamlMap* root, std::vector<ConfigProblem>* problems,
             WebConfig* config) {
  const YAML::Node node = root->Take("tls_server_config");
  if (!node.IsDefined()) return;
  YamlMap map(node, "tls_server_config", problems);
  TlsConfig& tls = config->tls.emplace();
  map.Text("cert_file", kLongestPath, &tls.cert_file);
  map.Text("key_file", kLongestPath, &tls.key_file);
  map.Text("client_ca_file", kLongestPath, &tls.client_ca_file);
  tls.client_certificate = ReadClientCertificate(&map);
  map.Word("min_version", {"TLS12", "TLS13"}, &tls.min_version);
  map.RefuseOthers();
  if (tls.cert_file.empty() || tls.key_file.empty()) {
    root->Problem(node, "tls_server_config",
                  "needs cert_file and key_file, both PEM");
  }
  const bool looks = tls.client_certificate != ClientCertificate::kNone;
  if (looks == tls.client_ca_file.empty()) {
    root->Problem(node, "tls_server_config",
                  looks ? "needs client_ca_file to check client certificates "
                          "against"
                        : "has a client_ca_file, and a client_auth_type that "
                          "does not use it; RequireAndVerifyClientCert does");
  }
}

// Relative paths start at the configuration file's folder.
void ResolvePaths(const std::string& file, TlsConfig* tls) {
  const size_t slash = file.rfind('/');
  if (slash == std::string::npos) return;
  const std::string folder = file.substr(0, slash + 1);
  for (std::string* path :
       {&tls->cert_file, &tls->key_file, &tls->client_ca_file}) {
    if (!path->empty() && path->front() != '/') path->insert(0, folder);
  }
}

}  // namespace

std::string_view NameOf(Right right) {
  return kRightNames[static_cast<size_t>(right)];
}

std::optional<WebConfig> LoadWebConfig(const std::string& path,
                                       std::vector<ConfigProblem>* problems) {
  const size_t before = problems->size();
  WebConfig config;
  const auto text = ReadFile(path);
  if (!text) {
    problems->push_back({0, "", "cannot be read"});
    return std::nullopt;
  }
  const auto document = LoadDocument(*text, problems);
  if (!document) return std::nullopt;
  try {
    YamlMap root(*document, "", problems);
    ReadTls(&root, problems, &config);
    ReadUsers(&root, problems, &config);
    ReadTokens(&root, problems, &config);
    root.RefuseOthers();
  } catch (const YAML::Exception& error) {
    problems->push_back({error.mark.line + 1, "", error.msg});
  }
  if (problems->size() > before) return std::nullopt;
  if (config.tls) ResolvePaths(path, &*config.tls);
  return config;
}

}  // namespace plumbline
