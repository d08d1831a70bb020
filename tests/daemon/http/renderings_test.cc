#include "daemon/http/renderings.h"

#include <atomic>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

using Shared = std::shared_ptr<const Rendering>;
using Milliseconds = Renderings::Milliseconds;

constexpr Milliseconds kForEver{3'600'000};

// No wait for readers; requests wait without end.
constexpr Renderings::Options kHasty{kForEver, Milliseconds(0),
                                     Milliseconds(0)};

std::string TextOf(const Shared& rendering) {
  std::string text(100, '\0');
  text.resize(rendering->Read(0, text.size(), text.data()));
  return text;
}

// Waits until the condition holds.
template <class Condition>
void Until(Condition condition) {
  while (!condition()) std::this_thread::yield();
}

// Makes pages with the number of former pages; can be held.
class Maker {
 public:
  explicit Maker(const Renderings::Options& options = kHasty)
      : renderings_(options) {}

  // Asks on another thread.
  std::future<Shared> Ask(const std::string& key = "all") {
    return std::async(std::launch::async, [this, key] {
      return renderings_.Get(key, [this] { return Make(); });
    });
  }
  Shared Get() { return Ask().get(); }

  // Blocks makers until Release().
  void Hold() { held_ = true; }
  void Release() { held_ = false; }
  // Waits until `count` renderings have begun.
  void AwaitBegun(int count) {
    Until([&] { return begun_ >= count; });
  }
  // Waits until `count` requests wait.
  void AwaitWaiting(size_t count) {
    Until([&] { return renderings_.waiting() == count; });
  }
  int begun() const { return begun_; }

  std::atomic<bool> fails = false;

 private:
  PackedText Make() {
    const std::string page = "page " + std::to_string(begun_++);
    Until([this] { return !held_; });
    if (fails) throw std::runtime_error("no page");
    return {page, page.size()};
  }

  std::atomic<int> begun_ = 0;
  std::atomic<bool> held_ = false;
  Renderings renderings_;
};

}  // namespace

TEST_CASE("who asks alone gets a page of his own, each time a new one") {
  Maker maker;
  CHECK(TextOf(maker.Get()) == "page 0");
  CHECK(TextOf(maker.Get()) == "page 1");
}

TEST_CASE("who asks before it begins shares it, who asks later does not") {
  Maker maker;
  maker.Hold();
  auto first = maker.Ask();
  maker.AwaitBegun(1);
  auto second = maker.Ask();
  auto third = maker.Ask();
  maker.AwaitWaiting(3);
  CHECK(maker.begun() == 1);
  maker.Release();
  CHECK(TextOf(first.get()) == "page 0");
  const Shared shared = second.get();
  CHECK(TextOf(shared) == "page 1");
  CHECK(third.get() == shared);
  CHECK(maker.begun() == 2);
}

TEST_CASE("who wants something else shares nothing") {
  Maker maker;
  maker.Hold();
  auto first = maker.Ask();
  maker.AwaitBegun(1);
  std::vector<std::future<Shared>> asked;
  for (const char* key : {"a", "b", "a"}) asked.push_back(maker.Ask(key));
  maker.AwaitWaiting(4);
  maker.Release();
  first.get();
  const Shared a = asked[0].get();
  CHECK(asked[1].get() != a);
  CHECK(asked[2].get() == a);
  CHECK(maker.begun() == 3);
}

TEST_CASE("the reader of the one before the last two is cut") {
  Maker maker;
  std::vector<Shared> pages;
  for (int i = 0; i < 3; ++i) pages.push_back(maker.Get());
  CHECK(pages[0]->is_cut());
  CHECK(TextOf(pages[0]).empty());
  CHECK(pages[0]->packed_size() == 6);
  CHECK(TextOf(pages[1]) == "page 1");
  CHECK(TextOf(pages[2]) == "page 2");
  maker.Get();
  CHECK(pages[1]->is_cut());
  CHECK(TextOf(pages[2]) == "page 2");
}

TEST_CASE("what nobody reads any more is not kept") {
  Maker maker;
  Shared page = maker.Get();
  const std::weak_ptr<const Rendering> watched = page;
  page.reset();
  CHECK(watched.expired());
}

TEST_CASE("a reader who gets on is waited for, and others join meanwhile") {
  Maker maker({kForEver, kForEver, kForEver});
  Shared slow = maker.Get();
  const Shared last = maker.Get();
  auto third = maker.Ask();
  maker.AwaitWaiting(1);
  auto joined = maker.Ask();
  maker.AwaitWaiting(2);
  CHECK(maker.begun() == 2);
  CHECK(TextOf(slow) == "page 0");
  slow.reset();
  const Shared shared = third.get();
  CHECK(joined.get() == shared);
  CHECK(maker.begun() == 3);
  CHECK(TextOf(last) == "page 1");
}

TEST_CASE("a reader who does not get on is not waited for") {
  Maker maker({kForEver, Milliseconds(1), kForEver});
  const Shared stalled = maker.Get();
  const Shared last = maker.Get();
  CHECK(TextOf(maker.Get()) == "page 2");
  CHECK(stalled->is_cut());
}

TEST_CASE("what goes wrong is told to all who share, and to nobody after") {
  Maker maker;
  maker.Hold();
  auto first = maker.Ask();
  maker.AwaitBegun(1);
  auto second = maker.Ask();
  auto third = maker.Ask();
  maker.AwaitWaiting(3);
  maker.fails = true;
  maker.Release();
  CHECK_THROWS_WITH(first.get(), "no page");
  CHECK_THROWS_WITH(second.get(), "no page");
  CHECK_THROWS_WITH(third.get(), "no page");
  maker.fails = false;
  CHECK(TextOf(maker.Get()) == "page 2");
}

TEST_CASE("nobody waits for ever, nor stands in the way after he has left") {
  Maker maker({Milliseconds(1), Milliseconds(0), Milliseconds(0)});
  maker.Hold();
  auto first = maker.Ask();
  maker.AwaitBegun(1);
  CHECK(maker.Ask("a").get() == nullptr);
  CHECK(maker.Ask("b").get() == nullptr);
  maker.Release();
  // The maker gets its page, however long that took.
  CHECK(TextOf(first.get()) == "page 0");
  CHECK(TextOf(maker.Get()) == "page 1");
}

TEST_CASE("one is made at a time, and shows all that was before it was asked") {
  constexpr int kThreads = 8, kAsks = 200;
  Renderings renderings(kHasty);
  std::atomic<int> at_work = 0, most_at_work = 0, made = 0;
  std::atomic<uint64_t> answered = 0;
  std::atomic<int> too_old = 0;
  const auto make = [&] {
    if (++at_work > 1) ++most_at_work;
    ++made;
    const uint64_t seen = answered;
    std::this_thread::yield();
    --at_work;
    return PackedText{"page", seen};
  };
  const auto ask = [&](int thread) {
    const std::string key = thread % 4 == 0 ? "some" : "all";
    for (int i = 0; i < kAsks; ++i) {
      const uint64_t before = ++answered;
      if (renderings.Get(key, make)->text_size() < before) ++too_old;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(ask, i);
  for (std::thread& thread : threads) thread.join();
  CHECK(most_at_work == 0);
  CHECK(too_old == 0);
  CHECK(made <= kThreads * kAsks);
  CHECK(renderings.waiting() == 0);
}
