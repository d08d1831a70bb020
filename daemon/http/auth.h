// Basic authentication, from a web configuration file in the format of
// Prometheus's exporter-toolkit.

#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "daemon/hash/id_hash.h"
#include "daemon/http/message.h"

namespace plumbline {

// [Any thread]
class Authenticator {
 public:
  // Of a web configuration file; everybody is let in where `file` is empty.
  // nullptr, with *error, if the file cannot be used.
  static std::unique_ptr<Authenticator> Load(const std::string& file,
                                             std::string* error);

  // The 401 to answer, or nothing if the request may pass.
  std::optional<HttpResponse> Check(const HttpRequest& request);

 private:
  explicit Authenticator(std::unordered_map<std::string, std::string> users);

  bool Verify(const std::string& user, const std::string& password);

  const bool open_;
  const std::unordered_map<std::string, std::string> users_;  // bcrypt hashes
  const IdHasher hasher_;
  // A check takes some 60 ms by design. One at a time, and what has passed is
  // remembered, so that requests with and without a password cost little.
  std::mutex mutex_;
  std::unordered_map<std::string, IdHash> passed_;  // guarded by mutex_
};

}  // namespace plumbline
