#include "core/pairs/pair_table.h"

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// Keys that collide in the index as often as possible.
PairKey Key(uint64_t n) { return {n % 7 + (n << 40), n % 3}; }

}  // namespace

TEST_CASE("the table agrees with a map over random operations") {
  PairTable table(std::pmr::get_default_resource());
  std::multimap<uint64_t, uint64_t> model;  // key to value
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t n = random() % 500;
    if (random() % 3 != 0) {
      const uint32_t record = table.Insert(Key(n));
      table.at(record).set_kind(RecordKind::kPrediction);
      table.at(record).set_label(static_cast<uint64_t>(i));
      model.emplace(n, static_cast<uint64_t>(i));
    } else if (const uint32_t first = table.Find(Key(n));
               first != PairTable::kNone) {
      const auto [begin, end] = model.equal_range(n);
      for (auto it = begin; it != end; ++it) {
        if (it->second == table.at(first).label()) {
          model.erase(it);
          break;
        }
      }
      table.Remove(first);
    }
  }
  REQUIRE(table.size() == model.size());
  for (uint64_t n = 0; n < 500; ++n) {
    std::vector<uint64_t> found;
    for (uint32_t r = table.Find(Key(n)); r != PairTable::kNone;
         r = table.at(r).next) {
      CHECK(table.at(r).key == Key(n));
      found.push_back(table.at(r).label());
    }
    std::vector<uint64_t> wanted;
    for (auto [it, end] = model.equal_range(n); it != end; ++it) {
      wanted.push_back(it->second);
    }
    std::sort(found.begin(), found.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK(found == wanted);
  }
}

TEST_CASE("a sweep removes what is dead and nothing else") {
  PairTable table(std::pmr::get_default_resource());
  for (uint64_t n = 0; n < 1000; ++n) {
    Record& record = table.at(table.Insert(Key(n)));
    record.set_kind(RecordKind::kLabel);
    record.set_label(n);
  }
  const auto dead = [](const Record& record) {
    return record.label() % 2 == 1;
  };
  table.Sweep(1000 + 16, dead);  // some more looks, which remove the last ones
  CHECK(table.size() == 500);
  for (uint64_t n = 0; n < 1000; ++n) {
    CHECK((table.Find(Key(n)) != PairTable::kNone) == (n % 2 == 0));
  }
}
