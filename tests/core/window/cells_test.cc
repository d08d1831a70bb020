#include "core/window/cells.h"

#include <set>
#include <vector>

#include "core/sync/atomics.h"
#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a new class only appends cells") {
  for (uint32_t k = 1; k < 50; ++k) {
    std::set<uint32_t> cells;
    for (uint32_t a = 0; a < k; ++a) {
      for (uint32_t p = 0; p < k; ++p) cells.insert(CellOf(a, p));
    }
    CHECK(cells.size() == k * k);
    CHECK(*cells.rbegin() == k * k - 1);
  }
}

TEST_CASE("cells keep their counts while others are added") {
  Cells<StdAtomics> cells;
  for (uint32_t i = 0; i < 5000; i += 7) cells.Add(i, i + 1);
  std::vector<uint64_t> copy(5000);
  cells.CopyTo(5000, copy.data());
  for (uint32_t i = 0; i < 5000; ++i) {
    CHECK(copy[i] == (i % 7 == 0 ? i + 1 : 0));
  }
  cells.Clear();
  cells.CopyTo(5000, copy.data());
  CHECK(copy == std::vector<uint64_t>(5000));
}

TEST_CASE("the largest cell of all has a place") {
  Cells<StdAtomics> cells;
  cells.Add(Cells<StdAtomics>::kLimit - 1, 1);
  std::vector<uint64_t> copy(Cells<StdAtomics>::kLimit);
  cells.CopyTo(Cells<StdAtomics>::kLimit, copy.data());
  CHECK(copy.back() == 1);
}
