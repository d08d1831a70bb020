// Whether passwords are right, at a bounded cost.
//
// bcrypt is slow, so that nobody tries many. What was right is known from then
// on, until the user's hash changes, and costs nothing; what was wrong is known
// for a moment. What is neither is checked in the order of CheckQueue.

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

// True if `hash` (bcrypt) is that of `password`.
bool MatchesBcrypt(const std::string& password, const std::string& hash);

// [Any thread]
class PasswordChecks {
 public:
  using Users = std::unordered_map<std::string, std::string>;  // to bcrypt
  using Matches =
      std::function<bool(const std::string& password, const std::string& hash)>;

  explicit PasswordChecks(Matches matches = MatchesBcrypt);

  void Use(Users users);

  enum class Verdict {
    kRight,
    kWrong,
    kBusy,  // too many ask: come again
  };
  // Waits for a check where there is room to wait. `address`: of who asks.
  Verdict Check(const std::string& user, const std::string& password,
                std::string_view address);

 private:
  enum class Outcome : uint8_t { kTurnedAway, kFailed };
  struct Attempt {
    const std::string& user;
    const std::string& password;
    IdHash hash;     // of both
    IdHash address;  // of its text
  };

  std::optional<Verdict> Known(const Attempt& attempt) const;
  CheckQueue::Rank RankOf(const Attempt& attempt) const;
  // Waits for the turn of this ticket. What is known by then, or nothing, and
  // the check has begun.
  std::optional<Verdict> Await(const Attempt& attempt,
                               CheckQueue::Ticket ticket,
                               std::unique_lock<std::mutex>* lock);
  Verdict CheckNow(const Attempt& attempt, std::unique_lock<std::mutex>* lock);

  const Matches matches_;
  const IdHasher hasher_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  Users users_;
  std::string costliest_;                           // hash of a user
  std::unordered_map<std::string, IdHash> passed_;  // one a user, so bounded
  RecentTable<Outcome> attempts_{size_t{1} << 16};
  RecentTable<bool> suspects_{size_t{1} << 14};  // addresses
  CheckQueue queue_;
};

}  // namespace plumbline
