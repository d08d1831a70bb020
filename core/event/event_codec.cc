#include "core/event/event_codec.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace plumbline {
namespace {

constexpr size_t kLongestVarint = 10;
// Bytes of all fields of an event except its lists: kinds and changes, id, two
// values, timestamp, latency, three numbers, score, and the counts of scores,
// segments and features.
constexpr size_t kLongestEvent =
    2 + 16 + 3 * kLongestVarint + 8 + size_t{3} * 5 + 8 + size_t{3} * 5;
constexpr size_t kLongestListed = 5 + 1 + 8;

enum Change : uint8_t {
  kTimestamp = 1,
  kLatency = 2,
  kModel = 4,
  kVersion = 8,
  kIndex = 16,
  kScores = 32,
  kSegments = 64,
  kFeatures = 128,
};

uint64_t ZigZag(uint64_t value) {
  return value << 1 ^ (static_cast<int64_t>(value) < 0 ? ~uint64_t{0} : 0);
}
uint64_t UnZigZag(uint64_t value) { return value >> 1 ^ -(value & 1); }

// Fields that an event may share with the one before it.
struct Before {
  int64_t timestamp_us = 0;
  uint32_t model = 0;
  uint32_t version = 0;
  uint32_t next_index = 0;
  Range segments;

  void Follow(const EventBatch& batch, const Event& event) {
    if (event.timestamp_us != kNoTimestamp) timestamp_us = event.timestamp_us;
    model = event.model;
    version = event.version;
    next_index = event.index + 1;
    const Range own = batch.ExtraOf(event).segments;
    if (own.count > 0) segments = own;
  }
  bool SameSegments(const EventBatch& batch, Range other) const {
    if (other.count != segments.count) return false;
    return std::equal(batch.segments.begin() + other.begin,
                      batch.segments.begin() + other.begin + other.count,
                      batch.segments.begin() + segments.begin,
                      [](const Segment& a, const Segment& b) {
                        return a.key == b.key && a.value == b.value;
                      });
  }
};

// Writes without bounds checks: the caller reserves the memory.
class Writer {
 public:
  explicit Writer(char* to) : to_(to) {}
  char* to() const { return to_; }

  template <class T>
  void Fixed(T value) {
    std::memcpy(to_, &value, sizeof(T));
    to_ += sizeof(T);
  }
  void Varint(uint64_t value) {
    while (value >= 0x80) {
      *to_++ = static_cast<char>(value | 0x80);
      value >>= 7;
    }
    *to_++ = static_cast<char>(value);
  }
  void Value(const EventBatch& batch, ValueKind kind, uint64_t value) {
    switch (kind) {
      case ValueKind::kNone:
        return;
      case ValueKind::kText:
      case ValueKind::kUnsigned:
        return Varint(value);
      case ValueKind::kInteger:
        return Varint(ZigZag(value));
      case ValueKind::kReal:
        return Fixed(value);
      case ValueKind::kSet:
        return Set(batch, Range::Of(value));
    }
  }
  void Scores(const EventBatch& batch, Range range) {
    Varint(range.count);
    for (uint32_t i = 0; i < range.count; ++i) {
      const ClassScore& score = batch.class_scores[range.begin + i];
      Varint(score.name);
      Fixed(score.score);
    }
  }
  void Segments(const EventBatch& batch, Range range) {
    Varint(range.count);
    for (uint32_t i = 0; i < range.count; ++i) {
      Varint(batch.segments[range.begin + i].key);
      Varint(batch.segments[range.begin + i].value);
    }
  }
  void Features(const EventBatch& batch, Range range) {
    Varint(range.count);
    for (uint32_t i = 0; i < range.count; ++i) {
      const Feature& feature = batch.features[range.begin + i];
      Varint(feature.name);
      Fixed(feature.kind);
      Value(batch, feature.kind, feature.value);
    }
  }

 private:
  void Set(const EventBatch& batch, Range range) {
    Varint(range.count);
    for (uint32_t i = 0; i < range.count; ++i) {
      Varint(batch.classes[range.begin + i]);
    }
  }

  char* to_;
};

// The most bytes that the lists of an event take.
size_t ListRoom(const EventBatch& batch, const Event& event) {
  const Extra& extra = batch.ExtraOf(event);
  size_t listed =
      extra.scores.count + extra.segments.count + extra.features.count;
  if (event.prediction_kind == ValueKind::kSet) {
    listed += Range::Of(event.prediction).count;
  }
  if (event.label_kind == ValueKind::kSet) {
    listed += Range::Of(event.label).count;
  }
  return listed * kLongestListed;
}

// After a read past the end ok() is false and further reads yield zeros.
class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : at_(bytes.data()), end_(at_ + bytes.size()) {}
  bool ok() const { return ok_; }
  bool AtEnd() const { return at_ == end_; }

  template <class T>
  T Fixed() {
    T value{};
    if (static_cast<size_t>(end_ - at_) < sizeof(T)) return Fail<T>();
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  uint64_t Varint() {
    uint64_t value = 0;
    for (size_t i = 0; i < kLongestVarint && at_ != end_; ++i) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= uint64_t{byte & 0x7fU} << (7 * i);
      if (byte < 0x80) return value;
    }
    return Fail<uint64_t>();
  }
  uint32_t Number() {
    const uint64_t value = Varint();
    return value > UINT32_MAX ? Fail<uint32_t>() : static_cast<uint32_t>(value);
  }
  // The index of one of the batch's names.
  uint32_t Name(const EventBatch& batch) {
    const uint32_t name = Number();
    return name < batch.names.size() ? name : Fail<uint32_t>();
  }
  // The number of elements that follow. Each takes at least a byte.
  uint32_t Count() {
    const uint32_t count = Number();
    return count <= static_cast<size_t>(end_ - at_) ? count : Fail<uint32_t>();
  }
  uint64_t Value(ValueKind kind, EventBatch* batch) {
    switch (kind) {
      case ValueKind::kNone:
        return 0;
      case ValueKind::kText:
        return Name(*batch);
      case ValueKind::kUnsigned:
        return Varint();
      case ValueKind::kInteger:
        return UnZigZag(Varint());
      case ValueKind::kReal:
        return Fixed<uint64_t>();
      case ValueKind::kSet:
        return Set(batch).bits();
    }
    return Fail<uint64_t>();  // no such kind
  }
  Range Scores(EventBatch* batch) {
    auto& list = batch->class_scores;
    const Range range{static_cast<uint32_t>(list.size()), Count()};
    for (uint32_t i = 0; i < range.count && ok_; ++i) {
      const uint32_t name = Name(*batch);
      const double score = Probability();
      list.push_back({name, score});
    }
    return range;
  }
  Range Segments(EventBatch* batch, Range before) {
    auto& list = batch->segments;
    const Range range{static_cast<uint32_t>(list.size()), Count()};
    if (range.count == 0) return before.count > 0 ? before : Fail<Range>();
    for (uint32_t i = 0; i < range.count && ok_; ++i) {
      const uint32_t key = Name(*batch);
      list.push_back({key, Name(*batch)});
    }
    return range;
  }
  Range Features(EventBatch* batch) {
    auto& list = batch->features;
    const Range range{static_cast<uint32_t>(list.size()), Count()};
    for (uint32_t i = 0; i < range.count && ok_; ++i) {
      Feature feature;
      feature.name = Name(*batch);
      feature.kind = Fixed<ValueKind>();
      if (feature.kind != ValueKind::kNone &&
          feature.kind != ValueKind::kText &&
          feature.kind != ValueKind::kReal) {
        return Fail<Range>();
      }
      feature.value = Value(feature.kind, batch);
      list.push_back(feature);
    }
    return range;
  }
  double Probability() {
    const auto value = Fixed<double>();
    return value >= 0 && value <= 1 ? value : Fail<double>();
  }

 private:
  Range Set(EventBatch* batch) {
    auto& list = batch->classes;
    const Range range{static_cast<uint32_t>(list.size()), Count()};
    for (uint32_t i = 0; i < range.count && ok_; ++i) {
      list.push_back(Name(*batch));
    }
    return range;
  }
  template <class T>
  T Fail() {
    ok_ = false;
    at_ = end_;
    return T{};
  }

  const char* at_;
  const char* const end_;
  bool ok_ = true;
};

uint8_t ChangesOf(const Event& event, const Extra& extra,
                  const Before& before) {
  unsigned changes = 0;
  if (event.timestamp_us != kNoTimestamp) changes |= kTimestamp;
  if (extra.latency >= 0) changes |= kLatency;
  if (extra.scores.count > 0 || extra.lacks_scores) changes |= kScores;
  if (extra.segments.count > 0) changes |= kSegments;
  if (extra.has_features) changes |= kFeatures;
  if (event.model != before.model) changes |= kModel;
  if (event.version != before.version) changes |= kVersion;
  if (event.index != before.next_index) changes |= kIndex;
  return static_cast<uint8_t>(changes);
}

char* Write(const EventBatch& batch, const Event& event, const Before& before,
            char* to) {
  Writer out(to);
  const Extra& extra = batch.ExtraOf(event);
  const uint8_t changes = ChangesOf(event, extra, before);
  out.Fixed(static_cast<uint8_t>(static_cast<unsigned>(event.prediction_kind) |
                                 static_cast<unsigned>(event.label_kind) << 3 |
                                 static_cast<unsigned>(event.has_id) << 6 |
                                 static_cast<unsigned>(extra.score >= 0) << 7));
  out.Fixed(changes);
  if (event.has_id) {
    out.Fixed(event.id_hi);
    out.Fixed(event.id_lo);
  }
  out.Value(batch, event.prediction_kind, event.prediction);
  out.Value(batch, event.label_kind, event.label);
  if (changes & kTimestamp) {
    out.Varint(ZigZag(static_cast<uint64_t>(event.timestamp_us) -
                      static_cast<uint64_t>(before.timestamp_us)));
  }
  if (changes & kLatency) out.Fixed(extra.latency);
  if (changes & kModel) out.Varint(event.model);
  if (changes & kVersion) out.Varint(event.version);
  if (changes & kIndex) out.Varint(event.index);
  if (changes & kScores) out.Scores(batch, extra.scores);
  if (changes & kSegments) {
    const bool same = before.SameSegments(batch, extra.segments);
    out.Segments(batch, same ? Range{} : extra.segments);
  }
  if (changes & kFeatures) out.Features(batch, extra.features);
  if (extra.score >= 0) out.Fixed(extra.score);
  return out.to();
}

bool Read(Reader* in, const Before& before, EventBatch* batch, Event* event) {
  const auto kinds = in->Fixed<uint8_t>();
  const auto changes = in->Fixed<uint8_t>();
  event->prediction_kind = static_cast<ValueKind>(kinds & 7);
  event->label_kind = static_cast<ValueKind>(kinds >> 3 & 7);
  event->has_id = (kinds & 0x40) != 0;
  if (event->has_id) {
    event->id_hi = in->Fixed<uint64_t>();
    event->id_lo = in->Fixed<uint64_t>();
  }
  event->prediction = in->Value(event->prediction_kind, batch);
  event->label = in->Value(event->label_kind, batch);
  if (changes & kTimestamp) {
    event->timestamp_us = static_cast<int64_t>(
        static_cast<uint64_t>(before.timestamp_us) + UnZigZag(in->Varint()));
  }
  if (changes & kLatency) {
    const auto latency = in->Fixed<double>();
    if (!(latency >= 0) || std::isinf(latency)) return false;
    batch->AddExtra(event).latency = latency;
  }
  event->model = changes & kModel ? in->Number() : before.model;
  event->version = changes & kVersion ? in->Number() : before.version;
  event->index = changes & kIndex ? in->Number() : before.next_index;
  if (changes & kScores) {
    Extra& extra = batch->AddExtra(event);
    extra.scores = in->Scores(batch);
    extra.lacks_scores = extra.scores.count == 0;
  }
  if (changes & kSegments) {
    batch->AddExtra(event).segments = in->Segments(batch, before.segments);
  }
  if (changes & kFeatures) {
    Extra& extra = batch->AddExtra(event);
    extra.has_features = true;
    extra.features = in->Features(batch);
  }
  if (kinds & 0x80) batch->AddExtra(event).score = in->Probability();
  return in->ok() && event->model < batch->names.size() &&
         event->version < batch->names.size();
}

}  // namespace

void AppendEvents(const EventBatch& batch, std::string* out) {
  constexpr size_t kAtOnce = 32;
  char some[kAtOnce * kLongestEvent];
  char* end = some;
  Before before;
  for (const Event& event : batch.events) {
    if (const size_t room = ListRoom(batch, event); room > kLongestEvent) {
      out->append(some, end);
      end = some;
      std::string large(kLongestEvent + room, '\0');
      large.resize(static_cast<size_t>(
          Write(batch, event, before, large.data()) - large.data()));
      out->append(large);
    } else {
      end = Write(batch, event, before, end);
    }
    before.Follow(batch, event);
    if (end > some + sizeof(some) - 2 * kLongestEvent) {
      out->append(some, end);
      end = some;
    }
  }
  out->append(some, end);
}

bool ReadEvents(std::string_view bytes, EventBatch* batch) {
  Reader in(bytes);
  Before before;
  while (!in.AtEnd()) {
    Event& event = batch->events.emplace_back();
    if (!Read(&in, before, batch, &event)) return false;
    before.Follow(*batch, event);
  }
  return in.ok();
}

}  // namespace plumbline
