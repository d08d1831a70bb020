#include "core/sync/reclaimer.h"

#include <memory>
#include <optional>
#include <thread>

#include "core/sync/published_list.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

struct Counted {
  explicit Counted(int* alive) : alive(alive) { ++*alive; }
  ~Counted() { --*alive; }
  int* const alive;
};

}  // namespace

TEST_CASE("what is retired is freed once no reader can hold it") {
  int alive = 0;
  Reclaimer reclaimer;
  reclaimer.Retire(new Counted(&alive));
  for (int i = 0; i < 3; ++i) reclaimer.Collect();
  CHECK(alive == 0);
}

TEST_CASE("what a reader may hold is not freed until it leaves") {
  int alive = 0;
  Reclaimer reclaimer;
  {
    const Reclaimer::Guard reader(reclaimer);
    reclaimer.Retire(new Counted(&alive));
    for (int i = 0; i < 5; ++i) {
      reclaimer.Collect();
      CHECK(alive == 1);
    }
  }
  for (int i = 0; i < 3; ++i) reclaimer.Collect();
  CHECK(alive == 0);
}

TEST_CASE("readers that follow one another do not keep what is retired") {
  int alive = 0;
  Reclaimer reclaimer;
  std::optional<Reclaimer::Guard> older(std::in_place, reclaimer);
  reclaimer.Retire(new Counted(&alive));
  for (int i = 0; i < 5; ++i) {
    reclaimer.Collect();
    // One reader is always inside, but not always the same.
    const Reclaimer::Guard newer(reclaimer);
    older.reset();
    reclaimer.Collect();
    older.emplace(reclaimer);
  }
  older.reset();
  CHECK(alive == 0);
}

TEST_CASE("a list that ends frees its elements, and the reclaimer the rest") {
  int alive = 0;
  {
    Reclaimer reclaimer;
    PublishedList<Counted> list(&reclaimer);
    Counted* first = list.Append(std::make_unique<Counted>(&alive));
    list.Append(std::make_unique<Counted>(&alive));
    list.Remove(first);
    CHECK(list.Get().size() == 1);
    CHECK(alive == 2);  // only retired
  }
  CHECK(alive == 0);
}

TEST_CASE("replacing a list keeps the elements that stay") {
  int alive = 0;
  Reclaimer reclaimer;
  PublishedList<Counted> list(&reclaimer);
  Counted* stays = list.Append(std::make_unique<Counted>(&alive));
  list.Append(std::make_unique<Counted>(&alive));
  list.Replace({stays, new Counted(&alive)});
  for (int i = 0; i < 3; ++i) reclaimer.Collect();
  CHECK(list.Get().front() == stays);
  CHECK(alive == 2);
}

TEST_CASE("threads read a list while it changes") {
  Reclaimer reclaimer;
  PublishedList<const int> list(&reclaimer);
  list.Append(std::make_unique<const int>(0));
  std::atomic<bool> stop{false};
  std::atomic<int64_t> wrong{0};
  std::thread reader([&] {
    while (!stop.load()) {
      const Reclaimer::Guard guard(reclaimer);
      const auto& elements = list.Get();
      for (size_t i = 1; i < elements.size(); ++i) {
        if (*elements[i] <= *elements[i - 1]) ++wrong;
      }
    }
  });
  for (int i = 1; i < 3000; ++i) {
    list.Append(std::make_unique<const int>(i));
    if (list.Get().size() > 10) list.Remove(list.Get().front());
    reclaimer.Collect();
  }
  stop.store(true);
  reader.join();
  CHECK(wrong.load() == 0);
}
