#include "core/stored_events.h"

#include <bit>
#include <cstring>
#include <random>

#include "tests/support/catch.h"

namespace plumbline {
namespace {

constexpr size_t kNames = 300;

bool Same(const Event& a, const Event& b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

std::vector<Event> ReadAll(const std::string& bytes) {
  std::vector<Event> events;
  REQUIRE(ReadEvents(bytes, kNames, &events));
  return events;
}

std::string Stored(const std::vector<Event>& events) {
  std::string bytes;
  AppendEvents(events, &bytes);
  return bytes;
}

void SetRandomValue(std::mt19937_64* random, ValueKind* kind, uint64_t* value) {
  *kind = static_cast<ValueKind>((*random)() % 5);
  *value = (*random)() >> (*random)() % 64;
  if (*kind == ValueKind::kNone) *value = 0;
  if (*kind == ValueKind::kText) *value %= kNames;
}

Event RandomEvent(std::mt19937_64* random) {
  Event event;
  const auto chance = [random] { return (*random)() % 2 == 0; };
  event.has_id = chance();
  if (event.has_id) {
    event.id_hi = (*random)();
    event.id_lo = (*random)();
  }
  SetRandomValue(random, &event.prediction_kind, &event.prediction);
  SetRandomValue(random, &event.label_kind, &event.label);
  if (chance()) event.timestamp_us = static_cast<int64_t>((*random)() | 1);
  if (chance()) event.latency = 0.25 * static_cast<double>((*random)() % 9);
  if (chance()) event.model = (*random)() % kNames;
  if (chance()) event.version = (*random)() % kNames;
  event.index = static_cast<uint32_t>((*random)() >> (32 + (*random)() % 32));
  event.has_score = chance();
  return event;
}

TEST_CASE("events are read as they were stored") {
  std::mt19937_64 random(1);
  for (size_t count = 0; count < 200; ++count) {
    std::vector<Event> events;
    for (size_t i = 0; i < count; ++i) events.push_back(RandomEvent(&random));
    const std::vector<Event> read = ReadAll(Stored(events));
    REQUIRE(read.size() == events.size());
    for (size_t i = 0; i < count; ++i) CHECK(Same(read[i], events[i]));
  }
}

TEST_CASE("the ends of what an event can hold are stored") {
  Event event;
  event.index = UINT32_MAX;
  event.prediction_kind = ValueKind::kInteger;
  event.prediction = static_cast<uint64_t>(INT64_MIN);
  event.label_kind = ValueKind::kUnsigned;
  event.label = UINT64_MAX;
  event.timestamp_us = INT64_MAX;
  Event next = event;
  next.index = 0;
  next.prediction = INT64_MAX;
  next.label_kind = ValueKind::kReal;
  next.label = std::bit_cast<uint64_t>(-0.0);
  next.timestamp_us = kNoTimestamp + 1;
  const std::vector<Event> read = ReadAll(Stored({event, next, event}));
  REQUIRE(read.size() == 3);
  CHECK(Same(read[0], event));
  CHECK(Same(read[1], next));
  CHECK(Same(read[2], event));
}

TEST_CASE("events of one stream take some twenty bytes each") {
  std::vector<Event> events(1000);
  for (uint32_t i = 0; i < events.size(); ++i) {
    events[i].has_id = true;
    events[i].id_hi = UINT64_MAX;
    events[i].id_lo = UINT64_MAX;
    events[i].prediction_kind = ValueKind::kText;
    events[i].timestamp_us = 1'790'000'000'000'000 + i;
    events[i].index = i;
  }
  CHECK(Stored(events).size() < 21 * events.size());
}

TEST_CASE("stored events that are cut off or name what is not there fail") {
  std::mt19937_64 random(2);
  for (int round = 0; round < 300; ++round) {
    const std::string bytes = Stored({RandomEvent(&random)});
    std::vector<Event> events;
    for (size_t size = 1; size < bytes.size(); ++size) {
      CHECK_FALSE(ReadEvents(bytes.substr(0, size), kNames, &events));
    }
  }
  Event event;
  event.model = 7;
  std::vector<Event> events;
  CHECK(ReadEvents(Stored({event}), 8, &events));
  CHECK_FALSE(ReadEvents(Stored({event}), 7, &events));
  event.model = 0;
  event.label_kind = ValueKind::kText;
  event.label = 7;
  CHECK_FALSE(ReadEvents(Stored({event}), 7, &events));
}

TEST_CASE("any bytes are read as events or refused, without harm") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    std::vector<Event> events;
    if (!ReadEvents(bytes, kNames, &events)) continue;
    for (const Event& event : events) {
      CHECK(event.model < kNames);
      CHECK(event.version < kNames);
    }
  }
}

}  // namespace
}  // namespace plumbline
