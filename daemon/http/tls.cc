#include "daemon/http/tls.h"

#include <civetweb.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <utility>

namespace plumbline {
namespace {

// civetweb loads OpenSSL at first use. If a function is missing, only the first
// call fails: a second one succeeds, and then the first connection crashes the
// process (civetweb 1.15 with OpenSSL 3, as in Debian 12).
bool CivetwebDoesTls() {
  static const bool does =
      mg_check_feature(MG_FEATURES_TLS) != 0 &&
      (mg_init_library(MG_FEATURES_TLS) & MG_FEATURES_TLS) != 0;
  return does;
}

std::optional<std::string> ReadPem(const std::string& path,
                                   std::string* error) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)),
                   std::istreambuf_iterator<char>());
  if (text.find("-----BEGIN ") == std::string::npos) {
    *error = "tls_server_config: " + path + ": cannot be read as PEM";
    return std::nullopt;
  }
  return text;
}

// The descriptor of a file in memory with this text, or -1.
int FileOf(const std::string& text) {
  const int fd = memfd_create("plumbline-tls", MFD_CLOEXEC);
  if (fd >= 0 && write(fd, text.data(), text.size()) !=
                     static_cast<ssize_t>(text.size())) {
    close(fd);
    return -1;
  }
  return fd;
}

}  // namespace

TlsSettings::TlsSettings(TlsSettings&& other) noexcept
    : pem_(std::exchange(other.pem_, -1)),
      settings_(std::move(other.settings_)) {}

TlsSettings::~TlsSettings() {
  if (pem_ >= 0) close(pem_);
}

std::optional<TlsSettings> TlsSettings::Of(const TlsConfig& config,
                                           std::string* error) {
  if (!CivetwebDoesTls()) {
    *error =
        "tls_server_config: this system's civetweb cannot do TLS with this "
        "system's OpenSSL. Take tls_server_config out, listen on 127.0.0.1, "
        "and "
        "end TLS in a proxy in front: docs/tls.md, deploy/nginx, deploy/envoy";
    return std::nullopt;
  }
  const auto certificate = ReadPem(config.cert_file, error);
  if (!certificate) return std::nullopt;
  const auto key = ReadPem(config.key_file, error);
  if (!key) return std::nullopt;
  TlsSettings tls(FileOf(*certificate + "\n" + *key));
  if (tls.pem_ < 0) {
    *error = "tls_server_config: there is no memory for the certificate";
    return std::nullopt;
  }
  tls.settings_ = {
      "ssl_certificate", "/proc/self/fd/" + std::to_string(tls.pem_),
      "ssl_certificate_chain", config.cert_file,
      // civetweb's numbers: 4 refuses versions below TLS 1.2, 5 below TLS 1.3.
      "ssl_protocol_version", config.min_version == "TLS13" ? "5" : "4"};
  if (config.client_certificate != ClientCertificate::kNone) {
    if (!ReadPem(config.client_ca_file, error)) return std::nullopt;
    const bool required =
        config.client_certificate == ClientCertificate::kRequired;
    tls.settings_.insert(tls.settings_.end(),
                         {"ssl_verify_peer", required ? "yes" : "optional",
                          "ssl_ca_file", config.client_ca_file});
  }
  return tls;
}

}  // namespace plumbline
