#include "daemon/http/recent_table.h"

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test
using namespace std::chrono_literals;

namespace {

using Table = RecentTable<int>;
const Table::Time kNoon{12h};

}  // namespace

TEST_CASE("what was noted is known for a while") {
  Table table(8);
  CHECK_FALSE(table.Find({1, 1}, kNoon));
  table.Note({1, 1}, 7, kNoon);
  CHECK(table.Find({1, 1}, kNoon + 59s) == 7);
  CHECK_FALSE(table.Find({1, 1}, kNoon + 60s));
  table.Note({1, 1}, 8, kNoon + 61s);
  CHECK(table.Find({1, 1}, kNoon + 61s) == 8);
  table.Clear();
  CHECK_FALSE(table.Find({1, 1}, kNoon + 61s));
}

TEST_CASE("of two that fall together the later one is known") {
  Table table(8);
  table.Note({1, 1}, 7, kNoon);
  table.Note({2, 9}, 8, kNoon);
  CHECK_FALSE(table.Find({1, 1}, kNoon));
  CHECK(table.Find({2, 9}, kNoon) == 8);
  CHECK_FALSE(table.Find({3, 9}, kNoon));
}
