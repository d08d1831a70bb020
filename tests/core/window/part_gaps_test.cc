// What an image leaves out is put in where it was.

#include "core/window/part_gaps.h"

#include <string>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr uint64_t kGeneration = 8;

// An image "[one][two][three]" of three parts.
struct Ahead {
  const std::string bytes = "head one two three tail";
  const char parts[4] = {};
  PartPlaces places = {
      kGeneration,
      0,
      0,
      {{&parts[0], 5, 3}, {&parts[1], 9, 3}, {&parts[2], 13, 5}}};
};

}  // namespace

TEST_CASE("parts that are unchanged are taken from the earlier image") {
  const Ahead ahead;
  PartGaps gaps(&ahead.places);
  CHECK(gaps.LeaveOut(&ahead.parts[0], 2, 5) == 3);
  CHECK(gaps.LeaveOut(&ahead.parts[1], kGeneration + 1, 6) == 0);
  CHECK(gaps.LeaveOut(&ahead.parts[2], kGeneration, 10) == 5);
  CHECK(gaps.size() == 2);
  CHECK(gaps.Filled("HEAD  TWO  TAIL", ahead.bytes) ==
        "HEAD one TWO three TAIL");
}

TEST_CASE("a part without a stamp is written") {
  const Ahead ahead;
  PartGaps gaps(&ahead.places);
  CHECK(gaps.LeaveOut(&ahead.parts[0], 0, 5) == 0);
  CHECK(gaps.LeaveOut(&ahead.parts[1], 2, 8) == 3);
}

TEST_CASE("parts are taken in the order of the earlier image only") {
  const Ahead ahead;
  PartGaps gaps(&ahead.places);
  CHECK(gaps.LeaveOut(&ahead.parts[3], 2, 5) == 0);
  CHECK(gaps.LeaveOut(&ahead.parts[1], 2, 8) == 0);
  CHECK(gaps.LeaveOut(&ahead.parts[0], 2, 12) == 3);
  CHECK(gaps.LeaveOut(&ahead.parts[1], 2, 12) == 3);
  CHECK(gaps.LeaveOut(&ahead.parts[2], 2, 12) == 5);
  CHECK(gaps.LeaveOut(&ahead.parts[0], 2, 12) == 0);
}
