#include "core/pairs/age_counts.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

struct Books {
  AgeBuckets ages{60'000};
  uint64_t model = 0;
  uint64_t all = 0;
  AgeCounts age_counts{&ages, &model, &all};
  uint32_t age = ages.Current(10'000);

  Record Joined(uint64_t number) const {
    Record record;
    record.age = age;
    record.joined = 1;
    record.set_number(number);
    return record;
  }
  Record Waiting() const {
    Record record;
    record.age = age;
    return record;
  }
};

}  // namespace

TEST_CASE("forgetting takes what was joined and leaves what waits") {
  Books books;
  books.age_counts.AddWaiting(books.age, 2);
  books.age_counts.AddJoined(books.age, 3);
  CHECK(books.age_counts.ForgetJoined(books.age, 3).joined == 3);
  CHECK(books.age_counts.counts().total() == 2);
  CHECK(books.all == 2);
  CHECK_FALSE(books.age_counts.Alive(books.Joined(2)));
  CHECK(books.age_counts.Alive(books.Waiting()));
  CHECK(books.age_counts.Alive(books.Joined(3)));  // joined after the eviction
}

TEST_CASE("eviction takes what waits and leaves what was joined") {
  Books books;
  books.age_counts.AddWaiting(books.age, 2);
  books.age_counts.AddJoined(books.age, 1);
  CHECK(books.age_counts.EvictWaiting(books.age).waiting == 2);
  CHECK_FALSE(books.age_counts.Alive(books.Waiting()));
  CHECK(books.age_counts.Alive(books.Joined(0)));
}

TEST_CASE("what is in no bucket is dead") {
  Books books;
  CHECK_FALSE(books.age_counts.Alive(books.Waiting()));
  books.age_counts.AddWaiting(books.age, 1);
  CHECK(books.age_counts.Alive(books.Waiting()));
  books.age_counts.Expire(books.age);
  CHECK_FALSE(books.age_counts.Alive(books.Waiting()));
  CHECK(books.model == 0);
}

TEST_CASE("a bucket that was evicted goes on where there is no other number") {
  Books books;
  Record old;
  old.age = books.age;
  old.set_number(7);
  books.age_counts.AddWaiting(books.age, 1);
  CHECK(books.age_counts.EvictWaiting(books.age, 8).waiting == 1);
  CHECK_FALSE(books.age_counts.Alive(old));
  Record next = old;
  next.set_number(8);
  books.age_counts.AddWaiting(books.age, 1);
  CHECK(books.age_counts.Alive(next));
  CHECK(books.age_counts.counts().waiting == 1);
}
