#include "core/event/event_codec.h"

#include <bit>
#include <random>
#include <string>
#include <vector>

#include "tests/support/catch.h"

namespace plumbline {
namespace {

constexpr size_t kNames = 300;

EventBatch WithNames() {
  EventBatch batch;
  for (size_t n = 0; n < kNames; ++n) batch.names.Add(std::to_string(n));
  return batch;
}

std::string Stored(const EventBatch& batch) {
  std::string bytes;
  AppendEvents(batch, &bytes);
  return bytes;
}

std::vector<uint32_t> ClassesOf(const EventBatch& batch, uint64_t bits) {
  const Range range = Range::Of(bits);
  const auto begin = batch.classes.begin() + range.begin;
  return {begin, begin + range.count};
}

// True if both batches have the same content, at any index of their lists.
bool Same(const EventBatch& a, const EventBatch& b, size_t i) {
  Event left = a.events[i];
  Event right = b.events[i];
  const Extra& more = a.ExtraOf(left);
  const Extra& other = b.ExtraOf(right);
  bool same = more.score == other.score && more.latency == other.latency &&
              more.scores.count == other.scores.count &&
              more.lacks_scores == other.lacks_scores &&
              more.segments.count == other.segments.count;
  for (uint32_t n = 0; same && n < more.scores.count; ++n) {
    const ClassScore& x = a.class_scores[more.scores.begin + n];
    const ClassScore& y = b.class_scores[other.scores.begin + n];
    same = x.name == y.name && x.score == y.score;
  }
  for (uint32_t n = 0; same && n < more.segments.count; ++n) {
    const Segment& x = a.segments[more.segments.begin + n];
    const Segment& y = b.segments[other.segments.begin + n];
    same = x.key == y.key && x.value == y.value;
  }
  if (left.prediction_kind == ValueKind::kSet) {
    same =
        same && ClassesOf(a, left.prediction) == ClassesOf(b, right.prediction);
    left.prediction = right.prediction = 0;
  }
  if (left.label_kind == ValueKind::kSet) {
    same = same && ClassesOf(a, left.label) == ClassesOf(b, right.label);
    left.label = right.label = 0;
  }
  return same && left.id_hi == right.id_hi && left.id_lo == right.id_lo &&
         left.prediction == right.prediction && left.label == right.label &&
         left.timestamp_us == right.timestamp_us && left.model == right.model &&
         left.version == right.version && left.index == right.index &&
         left.prediction_kind == right.prediction_kind &&
         left.label_kind == right.label_kind && left.has_id == right.has_id;
}

void CheckRead(const EventBatch& batch) {
  EventBatch read = WithNames();
  REQUIRE(ReadEvents(Stored(batch), &read));
  REQUIRE(read.events.size() == batch.events.size());
  for (size_t i = 0; i < batch.events.size(); ++i) CHECK(Same(read, batch, i));
}

class RandomBatch {
 public:
  explicit RandomBatch(uint64_t seed) : random_(seed) {}

  EventBatch Of(size_t events) {
    EventBatch batch = WithNames();
    for (size_t i = 0; i < events; ++i) AddEvent(&batch);
    return batch;
  }

 private:
  bool Chance() { return random_() % 2 == 0; }
  uint32_t Name() { return random_() % kNames; }

  void SetValue(EventBatch* batch, ValueKind* kind, uint64_t* value) {
    *kind = static_cast<ValueKind>(random_() % 6);
    *value = random_() >> random_() % 64;
    if (*kind == ValueKind::kNone) *value = 0;
    if (*kind == ValueKind::kText) *value %= kNames;
    if (*kind != ValueKind::kSet) return;
    Range range{static_cast<uint32_t>(batch->classes.size()),
                static_cast<uint32_t>(random_() % 5)};
    if (random_() % 20 == 0) range.count = 200;
    for (uint32_t n = 0; n < range.count; ++n) {
      batch->classes.push_back(Name());
    }
    *value = range.bits();
  }

  void AddEvent(EventBatch* batch) {
    Event& event = batch->events.emplace_back();
    event.has_id = Chance();
    if (event.has_id) {
      event.id_hi = random_();
      event.id_lo = random_();
    }
    SetValue(batch, &event.prediction_kind, &event.prediction);
    SetValue(batch, &event.label_kind, &event.label);
    if (Chance()) event.timestamp_us = static_cast<int64_t>(random_() | 1);
    if (Chance()) event.model = Name();
    if (Chance()) event.version = Name();
    event.index = static_cast<uint32_t>(random_() >> (32 + random_() % 32));
    if (Chance()) return;
    Extra& extra = batch->AddExtra(&event);
    if (Chance()) extra.latency = 0.25 * static_cast<double>(random_() % 9);
    if (Chance()) extra.score = static_cast<double>(random_() % 5) / 4;
    extra.scores = {static_cast<uint32_t>(batch->class_scores.size()),
                    static_cast<uint32_t>(random_() % 3)};
    for (uint32_t n = 0; n < extra.scores.count; ++n) {
      batch->class_scores.push_back({Name(), 0.125});
    }
    extra.lacks_scores = extra.scores.count == 0 && Chance();
    // Often the same as in the event before.
    const auto listed = static_cast<uint32_t>(batch->segments.size());
    if (Chance() && listed >= 2) {
      extra.segments = {listed, 2};
      batch->segments.push_back(batch->segments[listed - 2]);
      batch->segments.push_back(batch->segments[listed - 1]);
    } else {
      extra.segments = {listed, 2};
      batch->segments.push_back({Name(), Name()});
      batch->segments.push_back({Name(), Name()});
    }
  }

  std::mt19937_64 random_;
};

TEST_CASE("events are read as they were stored") {
  RandomBatch random(1);
  for (size_t count = 0; count < 200; ++count) CheckRead(random.Of(count));
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
  EventBatch batch = WithNames();
  batch.events = {event, next, event};
  CheckRead(batch);
}

TEST_CASE("events of one stream take some twenty bytes each") {
  EventBatch batch;
  batch.names.Add("m");
  batch.events.resize(1000);
  for (uint32_t i = 0; i < batch.events.size(); ++i) {
    Event& event = batch.events[i];
    event.has_id = true;
    event.id_hi = UINT64_MAX;
    event.id_lo = UINT64_MAX;
    event.prediction_kind = ValueKind::kText;
    event.timestamp_us = 1'790'000'000'000'000 + i;
    event.index = i;
  }
  CHECK(Stored(batch).size() < 21 * batch.events.size());
}

TEST_CASE("stored events that are cut off or name what is not there fail") {
  RandomBatch random(2);
  for (int round = 0; round < 300; ++round) {
    const std::string bytes = Stored(random.Of(1));
    for (size_t size = 1; size < bytes.size(); ++size) {
      EventBatch read = WithNames();
      CHECK_FALSE(ReadEvents(bytes.substr(0, size), &read));
    }
  }
  const auto reads = [](const Event& event, size_t names) {
    EventBatch batch;
    batch.events.push_back(event);
    EventBatch read;
    for (size_t n = 0; n < names; ++n) read.names.Add(std::to_string(n));
    return ReadEvents(Stored(batch), &read);
  };
  Event event;
  event.model = 7;
  CHECK(reads(event, 8));
  CHECK_FALSE(reads(event, 7));
  event.model = 0;
  event.label_kind = ValueKind::kText;
  event.label = 7;
  CHECK_FALSE(reads(event, 7));
}

TEST_CASE("any bytes are read as events or refused, without harm") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EventBatch read = WithNames();
    if (!ReadEvents(bytes, &read)) continue;
    for (const Event& event : read.events) {
      CHECK(event.model < kNames);
      CHECK(event.version < kNames);
      CHECK(read.ExtraOf(event).score <= 1);
    }
    for (const Segment& segment : read.segments) CHECK(segment.value < kNames);
    for (const uint32_t name : read.classes) CHECK(name < kNames);
  }
}

}  // namespace
}  // namespace plumbline
