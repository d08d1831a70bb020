// Basic authentication, from a web configuration file in the format of
// Prometheus's exporter-toolkit.

#pragma once

#include <atomic>
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

  using Users = std::unordered_map<std::string, std::string>;  // to bcrypt

  // What the file says now; what is in force stays until Use(). nullopt, with
  // *error, if it cannot be used: also where it has no users any more, as that
  // would let everybody in.
  std::optional<Users> Read(std::string* error) const;
  void Use(Users users);

  bool lets_all_in() const { return open_.load(std::memory_order_relaxed); }

  // The 401 to answer, or nothing if the request may pass.
  std::optional<HttpResponse> Check(const HttpRequest& request);

 private:
  explicit Authenticator(std::string file);

  bool Verify(const std::string& user, const std::string& password);
  bool HasPassed(const std::string& user, const IdHash& hash);

  const std::string file_;
  const IdHasher hasher_;
  std::atomic<bool> open_{true};
  std::mutex mutex_;
  Users users_;            // guarded by mutex_
  std::string costliest_;  // hash of a user; likewise
  // What was right lately, so that a check is rare.
  std::unordered_map<std::string, IdHash> passed_;  // guarded by mutex_
  // A check takes some 60 ms by design: one at a time, whoever asks.
  std::mutex checking_;
};

}  // namespace plumbline
