// TLS by civetweb, if the linked library supports it.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/web_config.h"

namespace plumbline {

// The arguments of mg_start() for a listener with TLS. REQUIRES: outlives that
// call.
class TlsSettings {
 public:
  // nullopt, with the remedy in *error, if TLS is not supported or a file
  // cannot be read.
  static std::optional<TlsSettings> Of(const TlsConfig& config,
                                       std::string* error);

  TlsSettings(TlsSettings&& other) noexcept;
  TlsSettings(const TlsSettings&) = delete;
  TlsSettings& operator=(const TlsSettings&) = delete;
  ~TlsSettings();

  // Names and values in turn.
  const std::vector<std::string>& settings() const { return settings_; }

 private:
  explicit TlsSettings(int pem) : pem_(pem) {}

  // civetweb wants certificate and key in one file: an anonymous file in
  // memory.
  int pem_;
  std::vector<std::string> settings_;
};

}  // namespace plumbline
