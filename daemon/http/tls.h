// TLS by civetweb, where the one that is linked can do it.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/web_config.h"

namespace plumbline {

// What mg_start() needs for a listener with TLS; to be kept until it returns.
class TlsSettings {
 public:
  // nullopt, with *error saying what to do, if there can be no TLS, or a file
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

  // civetweb wants certificate and key in one file: this one has no name.
  int pem_;
  std::vector<std::string> settings_;
};

}  // namespace plumbline
