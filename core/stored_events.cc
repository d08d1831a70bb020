#include "core/stored_events.h"

#include <cmath>
#include <cstring>

namespace plumbline {
namespace {

constexpr size_t kLongestVarint = 10;
// Kinds and changes, id, two values, timestamp, latency, three numbers.
constexpr size_t kLongestEvent =
    2 + 16 + 3 * kLongestVarint + 8 + size_t{3} * 5;

enum Change : uint8_t {
  kTimestamp = 1,
  kLatency = 2,
  kModel = 4,
  kVersion = 8,
  kIndex = 16,
};
constexpr uint8_t kAllChanges = 31;

uint64_t ZigZag(uint64_t value) {
  return value << 1 ^ (static_cast<int64_t>(value) < 0 ? ~uint64_t{0} : 0);
}
uint64_t UnZigZag(uint64_t value) { return value >> 1 ^ -(value & 1); }

// What an event may have in common with the one before it.
struct Before {
  int64_t timestamp_us = 0;
  uint32_t model = 0;
  uint32_t version = 0;
  uint32_t next_index = 0;

  void Follow(const Event& event) {
    if (event.timestamp_us != kNoTimestamp) timestamp_us = event.timestamp_us;
    model = event.model;
    version = event.version;
    next_index = event.index + 1;
  }
};

// Writes without asking for room.
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
  void Value(ValueKind kind, uint64_t value) {
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
    }
  }

 private:
  char* to_;
};

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
  // `names`: a text is one of so many.
  uint64_t Value(ValueKind kind, size_t names) {
    uint64_t value = 0;
    switch (kind) {
      case ValueKind::kNone:
        return 0;
      case ValueKind::kText:
        value = Varint();
        return value < names ? value : Fail<uint64_t>();
      case ValueKind::kUnsigned:
        return Varint();
      case ValueKind::kInteger:
        return UnZigZag(Varint());
      case ValueKind::kReal:
        return Fixed<uint64_t>();
    }
    return Fail<uint64_t>();  // no such kind
  }

 private:
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

uint8_t ChangesOf(const Event& event, const Before& before) {
  unsigned changes = 0;
  if (event.timestamp_us != kNoTimestamp) changes |= kTimestamp;
  if (event.latency >= 0) changes |= kLatency;
  if (event.model != before.model) changes |= kModel;
  if (event.version != before.version) changes |= kVersion;
  if (event.index != before.next_index) changes |= kIndex;
  return static_cast<uint8_t>(changes);
}

char* Write(const Event& event, const Before& before, char* to) {
  Writer out(to);
  const uint8_t changes = ChangesOf(event, before);
  out.Fixed(static_cast<uint8_t>(static_cast<unsigned>(event.prediction_kind) |
                                 static_cast<unsigned>(event.label_kind) << 3 |
                                 static_cast<unsigned>(event.has_id) << 6 |
                                 static_cast<unsigned>(event.has_score) << 7));
  out.Fixed(changes);
  if (event.has_id) {
    out.Fixed(event.id_hi);
    out.Fixed(event.id_lo);
  }
  out.Value(event.prediction_kind, event.prediction);
  out.Value(event.label_kind, event.label);
  if (changes & kTimestamp) {
    out.Varint(ZigZag(static_cast<uint64_t>(event.timestamp_us) -
                      static_cast<uint64_t>(before.timestamp_us)));
  }
  if (changes & kLatency) out.Fixed(event.latency);
  if (changes & kModel) out.Varint(event.model);
  if (changes & kVersion) out.Varint(event.version);
  if (changes & kIndex) out.Varint(event.index);
  return out.to();
}

bool Read(Reader* in, size_t names, const Before& before, Event* event) {
  const auto kinds = in->Fixed<uint8_t>();
  const auto changes = in->Fixed<uint8_t>();
  event->prediction_kind = static_cast<ValueKind>(kinds & 7);
  event->label_kind = static_cast<ValueKind>(kinds >> 3 & 7);
  event->has_id = (kinds & 0x40) != 0;
  event->has_score = (kinds & 0x80) != 0;
  if (event->has_id) {
    event->id_hi = in->Fixed<uint64_t>();
    event->id_lo = in->Fixed<uint64_t>();
  }
  event->prediction = in->Value(event->prediction_kind, names);
  event->label = in->Value(event->label_kind, names);
  if (changes & kTimestamp) {
    event->timestamp_us = static_cast<int64_t>(
        static_cast<uint64_t>(before.timestamp_us) + UnZigZag(in->Varint()));
  }
  if (changes & kLatency) {
    event->latency = in->Fixed<double>();
    if (!(event->latency >= 0) || std::isinf(event->latency)) return false;
  }
  event->model = changes & kModel ? in->Number() : before.model;
  event->version = changes & kVersion ? in->Number() : before.version;
  event->index = changes & kIndex ? in->Number() : before.next_index;
  return in->ok() && changes <= kAllChanges && event->model < names &&
         event->version < names;
}

}  // namespace

void AppendEvents(const std::vector<Event>& events, std::string* out) {
  constexpr size_t kAtOnce = 32;
  char some[kAtOnce * kLongestEvent];
  char* end = some;
  Before before;
  for (const Event& event : events) {
    end = Write(event, before, end);
    before.Follow(event);
    if (end > some + sizeof(some) - kLongestEvent) {
      out->append(some, end);
      end = some;
    }
  }
  out->append(some, end);
}

bool ReadEvents(std::string_view bytes, size_t names,
                std::vector<Event>* events) {
  Reader in(bytes);
  Before before;
  while (!in.AtEnd()) {
    Event& event = events->emplace_back();
    if (!Read(&in, names, before, &event)) return false;
    before.Follow(event);
  }
  return in.ok();
}

}  // namespace plumbline
