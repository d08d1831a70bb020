// The web configuration file: the format of Prometheus's exporter-toolkit, plus
// bearer tokens.

#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/loader.h"

namespace plumbline {

// The right that a request needs.
enum class Right : uint8_t {
  kIngest,  // all requests to the ingest listener
  kRead,    // reading requests to the web listener
  kAdmin,   // its other requests: reload, quit, delete, snapshot
};
inline constexpr size_t kRightCount = 3;
// Its name in `allow`.
std::string_view NameOf(Right right);

struct BearerToken {
  std::string digest;  // SHA-256 of the token: 32 bytes
  std::bitset<kRightCount> rights;

  bool Allows(Right right) const {
    return rights.test(static_cast<size_t>(right));
  }
};

enum class ClientCertificate : uint8_t { kNone, kIfGiven, kRequired };

struct TlsConfig {
  std::string cert_file;  // PEM: the certificate, then its chain
  std::string key_file;
  std::string client_ca_file;  // empty if client certificates are not checked
  ClientCertificate client_certificate = ClientCertificate::kNone;
  std::string min_version = "TLS12";  // or TLS13

  bool operator==(const TlsConfig&) const = default;
};

struct WebConfig {
  std::unordered_map<std::string, std::string> basic_auth_users;  // bcrypt
  std::vector<BearerToken> bearer_tokens;
  std::optional<TlsConfig> tls;
};

// nullopt, with all problems, if the file is invalid.
std::optional<WebConfig> LoadWebConfig(const std::string& path,
                                       std::vector<ConfigProblem>* problems);

}  // namespace plumbline
