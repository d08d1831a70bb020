// Authentication and authorization: users (basic authentication) and bearer
// tokens of a web configuration file.

#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/web_config.h"
#include "daemon/http/credentials.h"
#include "daemon/http/message.h"
#include "daemon/http/password_checks.h"

namespace plumbline {

// [Any thread]
class Authenticator {
 public:
  // Loads a web configuration file. Without one (`file` is empty) everybody may
  // do everything. nullptr, with *error, if the file is invalid.
  static std::unique_ptr<Authenticator> Load(const std::string& file,
                                             std::string* error);

  // Reads the file again; takes effect by Use(). nullopt, with *error, if the
  // file is invalid, if it changes the TLS settings, or if it has lost all its
  // users and tokens, which would let everybody in.
  std::optional<WebConfig> Read(std::string* error) const;
  void Use(WebConfig config);

  bool lets_all_in() const { return open_.load(std::memory_order_relaxed); }
  // As loaded at start.
  const std::optional<TlsConfig>& tls() const { return tls_; }

  // The refusal, or nullopt if the request may pass. Users have every right, a
  // token those listed for it.
  std::optional<HttpResponse> Check(const HttpRequest& request, Right right);

 private:
  // Immutable, so readers need no lock after they have copied the pointer.
  struct InForce {
    bool has_users = false;
    std::vector<BearerToken> tokens;
  };

  explicit Authenticator(std::string file) : file_(std::move(file)) {}

  std::shared_ptr<const InForce> in_force() const;
  static HttpResponse Unauthorized(const InForce& in_force, bool token_sent);
  static std::optional<HttpResponse> CheckToken(const BearerCredentials& bearer,
                                                const InForce& in_force,
                                                Right right);
  std::optional<HttpResponse> CheckPassword(const BasicCredentials& basic,
                                            const InForce& in_force,
                                            const HttpRequest& request);
  HttpResponse Busy();

  const std::string file_;
  std::optional<TlsConfig> tls_;  // set once
  std::atomic<bool> open_{true};
  mutable std::mutex mutex_;
  std::shared_ptr<const InForce> in_force_;  // guarded by mutex_
  PasswordChecks passwords_;
  std::atomic<int64_t> told_s_{INT64_MIN};  // last log line about being busy
};

}  // namespace plumbline
