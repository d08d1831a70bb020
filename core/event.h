// What a request says, in the form that is journalled and applied.
//
// Decoding turns a body into an EventBatch: one fixed-size Event per accepted
// line, and the names they use, each once. The batch is self-contained, so a
// journal of batches needs no table of names beside it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Why an event was rejected. The names are part of the HTTP contract.
enum class Reject : uint8_t {
  kNone,
  kInvalidJson,
  kMissingField,
  kUnknownField,
  kWrongType,
  kOutOfRange,
  kTooLong,
  kInvalidText,
  kFutureTimestamp,
  kTaskMismatch,
  kNoPositiveClass,
  kUnknownClass,
  kClassLimit,
  kVersionLimit,
  kModelLimit,
  kMemoryLimit,
};
inline constexpr size_t kRejectCount = 16;  // kNone included

// "task_mismatch" for kTaskMismatch, and so on.
std::string_view RejectName(Reject reject);

enum class ValueKind : uint8_t {
  kNone,      // the event has no such half
  kText,      // string or boolean: index into names
  kInteger,   // int64_t
  kUnsigned,  // uint64_t, an integer beyond int64_t
  kReal,      // bits of a finite double, written with a fraction or exponent
};

inline constexpr int64_t kNoTimestamp = std::numeric_limits<int64_t>::min();

struct Event {
  uint64_t id_hi = 0;  // keyed 128-bit hash of the id, if has_id
  uint64_t id_lo = 0;
  uint64_t prediction = 0;  // read by prediction_kind
  uint64_t label = 0;       // read by label_kind
  int64_t timestamp_us = kNoTimestamp;
  double latency = -1;   // seconds; negative: none sent
  uint32_t model = 0;    // index into names
  uint32_t version = 0;  // index into names
  uint32_t index = 0;    // place in the body, from 0
  ValueKind prediction_kind = ValueKind::kNone;
  ValueKind label_kind = ValueKind::kNone;
  bool has_id = false;
  bool has_score = false;
};
static_assert(sizeof(Event) == 64, "one cache line per event");

// Strings, each stored once, numbered from 0 in order of appearance.
class Names {
 public:
  uint32_t size() const { return static_cast<uint32_t>(ends_.size()); }
  std::string_view operator[](uint32_t i) const {
    const uint32_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(bytes_).substr(begin, ends_[i] - begin);
  }
  // Returns the number of `name`, adding it if it is new.
  uint32_t Add(std::string_view name);
  void Clear();

  const std::string& bytes() const { return bytes_; }
  const std::vector<uint32_t>& ends() const { return ends_; }

 private:
  void Rehash();

  std::string bytes_;
  std::vector<uint32_t> ends_;
  std::vector<uint32_t> slots_;  // open addressing; 0 is free, else number + 1
};

struct EventBatch {
  std::vector<Event> events;
  Names names;

  void Clear() {
    events.clear();
    names.Clear();
  }
};

}  // namespace plumbline
