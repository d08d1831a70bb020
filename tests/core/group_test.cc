// Records of the journal that say what no request does are refused.

#include "core/group.h"

#include <bit>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/timestamp.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr int64_t kNowMs = 1'700'000'000'000;

bool Reads(const Command& command, int64_t now_ms = kNowMs) {
  std::string bytes;
  EncodeGroup({now_ms, {&command}}, &bytes);
  return DecodeGroup(bytes).has_value();
}

bool ReadsWith(const std::function<void(EventBatch*)>& change) {
  TestEvent event = Prediction("a", 1.5);
  event.timestamp = 1'700'000'000;
  event.features = {{"x", 1.0}};
  EventBatch batch = Batch({event});
  change(&batch);
  return Reads(Command{batch});
}

}  // namespace

TEST_CASE("an event that no body can have is not read from the journal") {
  const uint64_t none =
      std::bit_cast<uint64_t>(std::numeric_limits<double>::quiet_NaN());
  CHECK(ReadsWith([](EventBatch*) {}));
  CHECK_FALSE(ReadsWith(
      [](EventBatch* b) { b->events[0].prediction_kind = ValueKind::kNone; }));
  CHECK_FALSE(ReadsWith([](EventBatch* b) { b->events[0].has_id = false; }));
  CHECK_FALSE(
      ReadsWith([none](EventBatch* b) { b->events[0].prediction = none; }));
  CHECK_FALSE(ReadsWith([none](EventBatch* b) {
    b->events[0].label_kind = ValueKind::kReal;
    b->events[0].label = none;
  }));
  CHECK_FALSE(
      ReadsWith([none](EventBatch* b) { b->features[0].value = none; }));
  CHECK_FALSE(
      ReadsWith([](EventBatch* b) { b->events[0].timestamp_us = -INT64_MAX; }));
  CHECK_FALSE(
      ReadsWith([](EventBatch* b) { b->events[0].timestamp_us = INT64_MAX; }));
}

TEST_CASE("a time that no clock has is not read from the journal") {
  CHECK(Reads(Command{Tick{}}, 0));
  CHECK(Reads(Command{Tick{}}, kLastTimeMs));
  CHECK_FALSE(Reads(Command{Tick{}}, -1));
  CHECK_FALSE(Reads(Command{Tick{}}, kLastTimeMs + 1));
}

TEST_CASE("a group of more commands than there are in one is not read") {
  // Each takes one byte, and much more in memory.
  const auto reads = [](uint64_t count) {
    std::string bytes;
    ByteWriter out(&bytes);
    out.Put(kNowMs);
    out.Put(count);
    bytes.append(count, '\0');
    return DecodeGroup(bytes).has_value();
  };
  CHECK(reads(64));
  CHECK_FALSE(reads(1'000'000));
}
