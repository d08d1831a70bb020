// Records of the journal that no request can produce are refused.

#include "core/event/command.h"

#include <bit>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/codec/bytes.h"
#include "core/codec/time_range.h"
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

TEST_CASE("an event that names something twice is not read from the journal") {
  // A segment with a repeated key would be counted and saved. No checkpoint
  // with it could then be loaded.
  CHECK_FALSE(ReadsWith([](EventBatch* b) {
    const uint32_t day = b->names.Add("day");
    b->segments = {{day, b->names.Add("mon")}, {day, b->names.Add("tue")}};
    b->extras[0].segments = {0, 2};
  }));
  CHECK(ReadsWith([](EventBatch* b) {
    const uint32_t mon = b->names.Add("mon");
    b->segments = {{b->names.Add("day"), mon}, {b->names.Add("first"), mon}};
    b->extras[0].segments = {0, 2};
  }));
  CHECK_FALSE(ReadsWith([](EventBatch* b) {
    b->features.push_back(b->features[0]);
    b->extras[0].features = {0, 2};
  }));
  CHECK(ReadsWith([](EventBatch* b) {
    b->features.push_back(b->features[0]);
    b->features[1].name = b->names.Add("y");
    b->extras[0].features = {0, 2};
  }));
  CHECK_FALSE(ReadsWith([](EventBatch* b) {
    const uint32_t up = b->names.Add("UP");
    b->class_scores = {{up, 0.5}, {up, 0.5}};
    b->extras[0].scores = {0, 2};
  }));
  CHECK(ReadsWith([](EventBatch* b) {
    b->class_scores = {{b->names.Add("UP"), 0.5}, {b->names.Add("DOWN"), 0.5}};
    b->extras[0].scores = {0, 2};
  }));
  for (const bool predicted : {false, true}) {
    const auto has = [predicted](const std::vector<std::string_view>& classes) {
      return ReadsWith([&](EventBatch* b) {
        for (const auto c : classes) b->classes.push_back(b->names.Add(c));
        Event& event = b->events[0];
        (predicted ? event.prediction_kind : event.label_kind) =
            ValueKind::kSet;
        (predicted ? event.prediction : event.label) = Range{0, 2}.bits();
      });
    };
    CHECK(has({"a", "b"}));
    CHECK_FALSE(has({"a", "a"}));
  }
}

TEST_CASE("a time that no clock has is not read from the journal") {
  CHECK(Reads(Command{Tick{}}, 0));
  CHECK(Reads(Command{Tick{}}, kLastTimeMs));
  CHECK_FALSE(Reads(Command{Tick{}}, -1));
  CHECK_FALSE(Reads(Command{Tick{}}, kLastTimeMs + 1));
}

TEST_CASE("a group of more commands than there are in one is not read") {
  // Each command takes one byte here, and much more in memory.
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
