// PasswordChecks: verifies passwords at a bounded cost.
//
// bcrypt is slow by design, so results are cached: a right password until the
// user's hash changes, a wrong one for RecentTable::kRemembered. Everything
// else is checked in the order of CheckQueue.

#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "daemon/hash/id_hash.h"
#include "daemon/http/check_queue.h"
#include "daemon/http/recent_table.h"

namespace plumbline {

// True if `hash` is the bcrypt hash of `password`.
bool MatchesBcrypt(const std::string& password, const std::string& hash);

// [Any thread]
class PasswordChecks {
 public:
  using Users = std::unordered_map<std::string, std::string>;  // name to hash
  using Matches =
      std::function<bool(const std::string& password, const std::string& hash)>;

  explicit PasswordChecks(Matches matches = MatchesBcrypt);

  void Use(Users users);

  enum class Verdict {
    kRight,
    kWrong,
    kBusy,  // too many checks: retry later
  };
  // Waits for a check if the queue has room. `address` is the client's.
  Verdict Check(const std::string& user, const std::string& password,
                std::string_view address);

 private:
  enum class Outcome : uint8_t { kTurnedAway, kFailed };
  struct Attempt {
    const std::string& user;
    const std::string& password;
    IdHash hash;     // of user and password
    IdHash address;  // of the address's text
  };

  std::optional<Verdict> Known(const Attempt& attempt) const;
  CheckQueue::Rank RankOf(const Attempt& attempt) const;
  // Waits for the turn of this ticket. Returns the verdict if another check has
  // given it meanwhile; else begins the check and returns nullopt.
  std::optional<Verdict> Await(const Attempt& attempt,
                               CheckQueue::Ticket ticket,
                               std::unique_lock<std::mutex>* lock);
  Verdict CheckNow(const Attempt& attempt, std::unique_lock<std::mutex>* lock);

  const Matches matches_;
  const IdHasher hasher_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  Users users_;
  std::string costliest_;                           // of the users' hashes
  std::unordered_map<std::string, IdHash> passed_;  // one per user
  RecentTable<Outcome> attempts_{size_t{1} << 16};
  RecentTable<bool> suspects_{size_t{1} << 14};  // addresses
  CheckQueue queue_;
};

}  // namespace plumbline
