#include "daemon/http/password_checks.h"

#include <crypt.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "daemon/hash/sha256.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

// The hash with the highest cost ("$2b$12$..."). Unknown users are checked
// against it, so that their answer takes as long as a known user's.
std::string CostliestOf(const PasswordChecks::Users& users) {
  const auto cost = [](const auto& user) { return user.second.substr(4, 2); };
  const auto costliest = std::max_element(
      users.begin(), users.end(),
      [&](const auto& a, const auto& b) { return cost(a) < cost(b); });
  return costliest == users.end() ? "" : costliest->second;
}

}  // namespace

bool MatchesBcrypt(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();  // 32 KiB
  const char* result = crypt_r(password.c_str(), hash.c_str(), data.get());
  return result != nullptr && SameBytes(result, hash);
}

PasswordChecks::PasswordChecks(Matches matches)
    : matches_(std::move(matches)), hasher_(IdHasher::Random()) {}

void PasswordChecks::Use(Users users) {
  const std::lock_guard lock(mutex_);
  if (users == users_) return;
  std::erase_if(passed_, [&](const auto& passed) {
    const auto before = users_.find(passed.first);
    const auto now = users.find(passed.first);
    return now == users.end() || now->second != before->second;
  });
  attempts_.Clear();  // a wrong password may be right now
  users_ = std::move(users);
  costliest_ = CostliestOf(users_);
}

PasswordChecks::Verdict PasswordChecks::Check(const std::string& user,
                                              const std::string& password,
                                              std::string_view address) {
  const Attempt attempt{user, password, hasher_(user + '\0' + password),
                        hasher_(address)};
  std::unique_lock lock(mutex_);
  if (const auto known = Known(attempt)) return *known;
  const auto ticket = queue_.Enter(attempt.hash, RankOf(attempt));
  Verdict verdict = Verdict::kBusy;
  if (ticket) {
    changed_.notify_all();  // Enter() may have removed another
    const auto known = Await(attempt, *ticket, &lock);
    verdict = known ? *known : CheckNow(attempt, &lock);
    queue_.Leave(*ticket);
    changed_.notify_all();
  }
  if (verdict == Verdict::kBusy) {
    attempts_.Note(attempt.hash, Outcome::kTurnedAway, Clock::now());
  }
  return verdict;
}

std::optional<PasswordChecks::Verdict> PasswordChecks::Known(
    const Attempt& attempt) const {
  const auto passed = passed_.find(attempt.user);
  if (passed != passed_.end() && passed->second.hi == attempt.hash.hi &&
      passed->second.lo == attempt.hash.lo) {
    return Verdict::kRight;
  }
  if (attempts_.Find(attempt.hash, Clock::now()) == Outcome::kFailed) {
    return Verdict::kWrong;
  }
  return std::nullopt;
}

CheckQueue::Rank PasswordChecks::RankOf(const Attempt& attempt) const {
  const auto now = Clock::now();
  const bool again = attempts_.Find(attempt.hash, now).has_value();
  if (suspects_.Find(attempt.address, now)) {
    return again ? CheckQueue::Rank::kSuspectComesAgain
                 : CheckQueue::Rank::kSuspect;
  }
  return again ? CheckQueue::Rank::kComesAgain : CheckQueue::Rank::kNew;
}

std::optional<PasswordChecks::Verdict> PasswordChecks::Await(
    const Attempt& attempt, CheckQueue::Ticket ticket,
    std::unique_lock<std::mutex>* lock) {
  for (;;) {
    if (const auto known = Known(attempt)) return known;
    if (!queue_.Waits(ticket)) return Verdict::kBusy;
    const auto turn = queue_.Turn(ticket);
    if (!turn) {
      changed_.wait(*lock);
    } else if (*turn > Clock::now()) {
      changed_.wait_until(*lock, *turn);
    } else {
      queue_.Begin(ticket);
      return std::nullopt;
    }
  }
}

PasswordChecks::Verdict PasswordChecks::CheckNow(
    const Attempt& attempt, std::unique_lock<std::mutex>* lock) {
  const auto user = users_.find(attempt.user);
  const bool known = user != users_.end();
  const std::string hash = known ? user->second : costliest_;
  lock->unlock();
  const auto begin = Clock::now();
  const bool right = matches_(attempt.password, hash) && known;
  const auto end = Clock::now();
  lock->lock();
  queue_.End(begin, end, !right);
  const auto still = users_.find(attempt.user);
  const bool same = still == users_.end() ? !known : still->second == hash;
  if (!right) {
    suspects_.Note(attempt.address, true, end);
    if (same) attempts_.Note(attempt.hash, Outcome::kFailed, end);
    return Verdict::kWrong;
  }
  if (!same) return Verdict::kBusy;  // reloaded meanwhile
  passed_[attempt.user] = attempt.hash;
  return Verdict::kRight;
}

}  // namespace plumbline
