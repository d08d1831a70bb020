// What an image leaves out is put in where it was.

#include "core/window/slot_gaps.h"

#include <string>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr uint64_t kGeneration = 8;

// An image "[one][two][three]" of three slots.
struct Ahead {
  const std::string bytes = "head one two three tail";
  const char slots[4] = {};
  SlotPlaces places = {
      kGeneration,
      0,
      0,
      {{&slots[0], 5, 3}, {&slots[1], 9, 3}, {&slots[2], 13, 5}}};
};

}  // namespace

TEST_CASE("slots that are unchanged are taken from the earlier image") {
  const Ahead ahead;
  SlotGaps gaps(&ahead.places);
  CHECK(gaps.LeaveOut(&ahead.slots[0], 2, 5) == 3);
  CHECK(gaps.LeaveOut(&ahead.slots[1], kGeneration + 1, 6) == 0);
  CHECK(gaps.LeaveOut(&ahead.slots[2], kGeneration, 10) == 5);
  CHECK(gaps.size() == 2);
  CHECK(gaps.Filled("HEAD  TWO  TAIL", ahead.bytes) ==
        "HEAD one TWO three TAIL");
}

TEST_CASE("a slot without a stamp is written, as it may be a new one") {
  const Ahead ahead;
  SlotGaps gaps(&ahead.places);
  CHECK(gaps.LeaveOut(&ahead.slots[0], 0, 5) == 0);
  CHECK(gaps.LeaveOut(&ahead.slots[1], 2, 8) == 3);
}

TEST_CASE("slots are taken in the order of the earlier image only") {
  const Ahead ahead;
  SlotGaps gaps(&ahead.places);
  CHECK(gaps.LeaveOut(&ahead.slots[3], 2, 5) == 0);
  CHECK(gaps.LeaveOut(&ahead.slots[1], 2, 8) == 0);
  CHECK(gaps.LeaveOut(&ahead.slots[0], 2, 12) == 3);
  CHECK(gaps.LeaveOut(&ahead.slots[1], 2, 12) == 3);
  CHECK(gaps.LeaveOut(&ahead.slots[2], 2, 12) == 5);
  CHECK(gaps.LeaveOut(&ahead.slots[0], 2, 12) == 0);
}
