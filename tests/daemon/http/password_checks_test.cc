#include "daemon/http/password_checks.h"

#include <atomic>
#include <future>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

using Verdict = PasswordChecks::Verdict;

constexpr char kAlice[] =
    "$2b$05$alice";                    // the fake's hashes end in the user's
constexpr char kBob[] = "$2b$04$bob";  // name, which is the password

// Checks that last until the test releases them.
class Checker {
 public:
  PasswordChecks::Matches matches() {
    return [this](const std::string& password, const std::string& hash) {
      const int at_once = ++at_once_;
      most_at_once_ = std::max(most_at_once_.load(), at_once);
      {
        const std::lock_guard lock(mutex_);
        hashes_.push_back(hash);
      }
      held_.wait(true);
      --at_once_;
      return hash.ends_with(password);
    };
  }
  void Hold() { held_ = true; }
  void Release() {
    held_ = false;
    held_.notify_all();
  }
  size_t count() {
    const std::lock_guard lock(mutex_);
    return hashes_.size();
  }
  std::vector<std::string> hashes() {
    const std::lock_guard lock(mutex_);
    return hashes_;
  }
  void AwaitCount(size_t count_wanted) {
    while (count() < count_wanted) std::this_thread::yield();
  }
  int most_at_once() const { return most_at_once_; }

 private:
  std::atomic<bool> held_{false};
  std::atomic<int> at_once_{0};
  std::atomic<int> most_at_once_{0};
  std::mutex mutex_;
  std::vector<std::string> hashes_;
};

struct World {
  World() { checks.Use({{"alice", kAlice}, {"bob", kBob}}); }

  Verdict Ask(const std::string& user, const std::string& password,
              std::string_view address = "10.0.0.1") {
    return checks.Check(user, password, address);
  }
  std::future<Verdict> AskLater(std::string user, std::string password,
                                std::string address = "10.0.0.1") {
    return std::async(std::launch::async,
                      [=, this] { return Ask(user, password, address); });
  }

  Checker checker;
  PasswordChecks checks{checker.matches()};
};

// Wrong passwords of one address: one check is running and held, and the queue
// is full.
class Flood {
 public:
  static constexpr size_t kTurnedAway = 20;

  Flood(World* world, const std::string& address) : world_(world) {
    world->checker.Hold();
    const size_t before = world->checker.count();
    for (size_t n = 0; n < 1 + CheckQueue::kMostWaiting + kTurnedAway; ++n) {
      all_.push_back(
          world->AskLater("alice", "no" + std::to_string(n), address));
      if (n == 0) world->checker.AwaitCount(before + 1);
    }
    AwaitTurnedAway(kTurnedAway);
  }
  ~Flood() {
    world_->checker.Release();
    for (auto& verdict : all_) CHECK(verdict.get() != Verdict::kRight);
  }
  void AwaitTurnedAway(size_t count) {
    for (size_t done = 0; done < count;) {
      done = 0;
      for (const auto& verdict : all_) {
        done += verdict.wait_for(std::chrono::milliseconds(1)) ==
                std::future_status::ready;
      }
    }
  }

 private:
  World* const world_;
  std::vector<std::future<Verdict>> all_;
};

}  // namespace

TEST_CASE("what was right is not checked again") {
  World world;
  CHECK(world.Ask("alice", "alice") == Verdict::kRight);
  CHECK(world.Ask("alice", "alice") == Verdict::kRight);
  CHECK(world.checker.count() == 1);
  CHECK(world.Ask("alice", "other") == Verdict::kWrong);
  CHECK(world.Ask("alice", "alice") == Verdict::kRight);
  CHECK(world.checker.count() == 2);
}

TEST_CASE("what was wrong is not checked again for a moment") {
  World world;
  CHECK(world.Ask("alice", "bob") == Verdict::kWrong);
  CHECK(world.Ask("alice", "bob") == Verdict::kWrong);
  CHECK(world.checker.count() == 1);
}

TEST_CASE("an unknown user costs what the costliest known one costs") {
  World world;
  CHECK(world.Ask("mallory", "alice") == Verdict::kWrong);
  CHECK(world.checker.hashes() == std::vector<std::string>{kAlice});
}

TEST_CASE("a reload asks again only those whose hash has changed") {
  World world;
  CHECK(world.Ask("alice", "alice") == Verdict::kRight);
  CHECK(world.Ask("bob", "bob") == Verdict::kRight);
  CHECK(world.Ask("carol", "carol") == Verdict::kWrong);
  world.checks.Use(
      {{"alice", kAlice}, {"bob", "$2b$04$new"}, {"carol", "$2b$04$carol"}});
  CHECK(world.checker.count() == 3);
  CHECK(world.Ask("alice", "alice") == Verdict::kRight);
  CHECK(world.checker.count() == 3);
  CHECK(world.Ask("bob", "bob") == Verdict::kWrong);
  CHECK(world.Ask("carol", "carol") == Verdict::kRight);
  world.checks.Use({{"bob", kBob}});
  CHECK(world.Ask("alice", "alice") == Verdict::kWrong);
}

TEST_CASE(
    "a password that a reload takes away while it is checked is not right") {
  World world;
  world.checker.Hold();
  auto alice = world.AskLater("alice", "alice");
  world.checker.AwaitCount(1);
  world.checks.Use({{"alice", "$2b$05$new"}});
  world.checker.Release();
  CHECK(alice.get() == Verdict::kBusy);
  CHECK(world.Ask("alice", "alice") == Verdict::kWrong);
}

TEST_CASE("under a flood who has passed is answered without waiting") {
  World world;
  CHECK(world.Ask("alice", "alice") == Verdict::kRight);
  const Flood flood(&world, "10.0.0.1");
  // A new check would wait for the held one.
  CHECK(world.Ask("alice", "alice") == Verdict::kRight);
  world.checker.Release();
  CHECK(world.checker.most_at_once() == 1);
}

TEST_CASE("who has no wrong passwords goes before those who have") {
  World world;
  CHECK(world.Ask("alice", "wrong", "10.6.6.6") == Verdict::kWrong);
  Flood flood(&world, "10.6.6.6");
  auto bob = world.AskLater("bob", "bob", "10.0.0.2");
  flood.AwaitTurnedAway(Flood::kTurnedAway + 1);  // bob took a place
  world.checker.Release();
  CHECK(bob.get() == Verdict::kRight);
  CHECK(world.checker.hashes().at(2) == kBob);
}

TEST_CASE("who comes again as told goes before those who are new each time") {
  World world;
  CHECK(world.Ask("alice", "wrong") == Verdict::kWrong);
  Flood flood(&world, "10.0.0.1");
  CHECK(world.Ask("bob", "bob") == Verdict::kBusy);
  auto bob = world.AskLater("bob", "bob");
  flood.AwaitTurnedAway(Flood::kTurnedAway + 1);
  world.checker.Release();
  CHECK(bob.get() == Verdict::kRight);
  CHECK(world.checker.hashes().at(2) == kBob);
}

TEST_CASE("many who ask the same at once wait for one check") {
  World world;
  world.checker.Hold();
  std::vector<std::future<Verdict>> all;
  for (int n = 0; n < 10; ++n) all.push_back(world.AskLater("bob", "bob"));
  world.checker.AwaitCount(1);
  world.checker.Release();
  for (auto& verdict : all) CHECK(verdict.get() == Verdict::kRight);
  CHECK(world.checker.count() == 1);
}

TEST_CASE("bcrypt tells right passwords from wrong ones") {
  // A hash of "secret", with the least possible cost.
  const std::string hash =
      "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
  CHECK(MatchesBcrypt("secret", hash));
  CHECK_FALSE(MatchesBcrypt("Secret", hash));
  CHECK_FALSE(MatchesBcrypt("secret", "no hash"));
}
