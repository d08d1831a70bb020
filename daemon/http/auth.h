// Who may do what: users (basic authentication) and bearer tokens of a web
// configuration file.

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
  // Of a web configuration file; everybody may do all where `file` is empty.
  // nullptr, with *error, if the file cannot be used.
  static std::unique_ptr<Authenticator> Load(const std::string& file,
                                             std::string* error);

  // What the file says now; what is in force stays until Use(). nullopt, with
  // *error, if it cannot be used: also where it has no users and tokens any
  // more, as that would let everybody in, and where it wants another TLS.
  std::optional<WebConfig> Read(std::string* error) const;
  void Use(WebConfig config);

  bool lets_all_in() const { return open_.load(std::memory_order_relaxed); }
  // Of the start.
  const std::optional<TlsConfig>& tls() const { return tls_; }

  // The refusal to answer, or nothing if the request may pass. Users may do
  // all, a token what it has the right to.
  std::optional<HttpResponse> Check(const HttpRequest& request, Right right);

 private:
  // What is looked at without a lock.
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
  std::atomic<int64_t> told_s_{INT64_MIN};  // when being busy was logged
};

}  // namespace plumbline
