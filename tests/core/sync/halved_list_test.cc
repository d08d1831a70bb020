#include "core/sync/halved_list.h"

#include <memory>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

struct Half {
  explicit Half(int number) : number(number) {}
  virtual ~Half() = default;
  const int number;
};

struct Whole final : Half {
  Whole(int number, int* alive) : Half(number), alive(alive) { ++*alive; }
  ~Whole() override { --*alive; }
  int* const alive;
};

bool ByNumber(const Half* a, const Half* b) { return a->number < b->number; }

}  // namespace

TEST_CASE("both sides of a list have the same elements in the same order") {
  int alive = 0;
  Reclaimer reclaimer;
  PublishedList<Half> halves(&reclaimer);
  HalvedList<Whole, Half> wholes(&halves);
  const auto same = [&] {
    if (wholes.Get().size() != halves.Get().size()) return false;
    for (size_t i = 0; i < wholes.Get().size(); ++i) {
      if (wholes.Get()[i] != halves.Get()[i]) return false;
    }
    return true;
  };
  for (const int number : {5, 1, 3}) {
    wholes.Insert(std::make_unique<Whole>(number, &alive), ByNumber);
  }
  wholes.Append(std::make_unique<Whole>(0, &alive));
  REQUIRE(wholes.Get().size() == 4);
  CHECK(wholes.Get()[0]->number == 1);
  CHECK(wholes.Get()[3]->number == 0);
  CHECK(same());
  wholes.Remove(wholes.Get()[1]);
  CHECK(wholes.Get()[1]->number == 5);
  CHECK(same());
}

TEST_CASE("what is removed from a list lives while a reader may hold it") {
  int alive = 0;
  Reclaimer reclaimer;
  PublishedList<Half> halves(&reclaimer);
  HalvedList<Whole, Half> wholes(&halves);
  wholes.Append(std::make_unique<Whole>(1, &alive));
  {
    const Reclaimer::Guard reader(reclaimer);
    const Half* held = halves.Get()[0];
    wholes.Remove(wholes.Get()[0]);
    for (int i = 0; i < 5; ++i) reclaimer.Collect();
    CHECK(held->number == 1);
    CHECK(alive == 1);
  }
  for (int i = 0; i < 3; ++i) reclaimer.Collect();
  CHECK(alive == 0);
}

TEST_CASE("elements go with the writer's side of their list") {
  int alive = 0;
  Reclaimer reclaimer;
  PublishedList<Half> halves(&reclaimer);
  {
    HalvedList<Whole, Half> wholes(&halves);
    wholes.Append(std::make_unique<Whole>(1, &alive));
  }
  CHECK(alive == 0);
  CHECK(halves.Get().empty());
}
