// The content of a request in the form that is journalled and applied.
//
// Decoding turns a body into an EventBatch: one fixed-size Event per accepted
// line, and the names that events use, each once. Lists beside the events hold
// the parts that only some events have. The batch is self-contained, so a
// journal of batches needs no separate table of names.

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
  kUnknownClass,
  kClassLimit,
  kVersionLimit,
  kModelLimit,
  kMemoryLimit,
};
inline constexpr size_t kRejectCount = 15;  // kNone included

// "task_mismatch" for kTaskMismatch, and so on.
std::string_view RejectName(Reject reject);

// The reason why a part of an accepted event was left out or assumed. The names
// are part of the HTTP contract.
enum class Warning : uint8_t {
  kNotANumber,
  kUnusableEntry,
  kNoPositiveClass,
  kPositiveClassEnded,
  kTaskAssumed,
  kScoresIncomplete,
};
inline constexpr size_t kWarningCount = 6;

// "not_a_number" for kNotANumber, and so on.
std::string_view WarningName(Warning warning);

enum class ValueKind : uint8_t {
  kNone,      // the event has no such half
  kText,      // string or boolean: index into names
  kInteger,   // int64_t
  kUnsigned,  // uint64_t, an integer beyond int64_t
  kReal,      // bits of a finite double, written with a fraction or exponent
  kSet,       // several classes: a Range of `classes`
};

inline constexpr int64_t kNoTimestamp = std::numeric_limits<int64_t>::min();

// A range of elements of one list of a batch.
struct Range {
  uint32_t begin = 0;
  uint32_t count = 0;

  uint64_t bits() const { return uint64_t{begin} << 32 | count; }
  static Range Of(uint64_t bits) {
    return {static_cast<uint32_t>(bits >> 32), static_cast<uint32_t>(bits)};
  }
};

// The fields that only some events have.
struct Extra {
  double score = -1;          // of the positive class; negative: none sent
  double latency = -1;        // seconds; negative: none sent
  Range scores;               // of class_scores
  Range segments;             // of segments
  Range features;             // of features
  bool has_features = false;  // the event had features, configured or not
  bool lacks_scores = false;  // the event had scores that were left out
};

struct ClassScore {
  uint32_t name = 0;  // of the class; index into names
  double score = 0;
};

struct Segment {
  uint32_t key = 0;  // both are indexes into names
  uint32_t value = 0;
};

// A configured feature of an event.
struct Feature {
  uint32_t name = 0;                  // index into names
  ValueKind kind = ValueKind::kNone;  // kText, kReal or missing
  uint64_t value = 0;                 // read by kind
};

inline constexpr uint32_t kNoExtra = ~uint32_t{0};

struct Event {
  uint64_t id_hi = 0;  // keyed 128-bit hash of the id, if has_id
  uint64_t id_lo = 0;
  uint64_t prediction = 0;  // read by prediction_kind
  uint64_t label = 0;       // read by label_kind
  int64_t timestamp_us = kNoTimestamp;
  uint32_t extra = kNoExtra;  // index into extras
  uint32_t model = 0;         // index into names
  uint32_t version = 0;       // index into names
  uint32_t index = 0;         // line in the body, from 0
  ValueKind prediction_kind = ValueKind::kNone;
  ValueKind label_kind = ValueKind::kNone;
  bool has_id = false;
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
  // Returns the number of `name`. Adds it if it is new.
  uint32_t Add(std::string_view name);
  void Clear();

  size_t capacity_bytes() const {
    return bytes_.capacity() +
           (ends_.capacity() + slots_.capacity()) * sizeof(uint32_t);
  }

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
  std::vector<Extra> extras;
  std::vector<ClassScore> class_scores;
  std::vector<Segment> segments;
  std::vector<Feature> features;
  std::vector<uint32_t> classes;  // elements of sets; indexes into names

  // For a request that is applied in parts, one after the other:
  bool is_rest = false;    // parts of it have been applied
  uint64_t to_follow = 0;  // records that the predictions of later parts need

  const Extra& ExtraOf(const Event& event) const {
    static constexpr Extra kNone;
    return event.extra == kNoExtra ? kNone : extras[event.extra];
  }
  // REQUIRES: `event` is the last of events.
  Extra& AddExtra(Event* event) {
    if (event->extra == kNoExtra) {
      event->extra = static_cast<uint32_t>(extras.size());
      extras.emplace_back();
    }
    return extras[event->extra];
  }
  // Empties the batch but keeps its memory.
  void Clear() {
    events.clear();
    names.Clear();
    extras.clear();
    class_scores.clear();
    segments.clear();
    features.clear();
    classes.clear();
    is_rest = false;
    to_follow = 0;
  }
  // Bytes of memory allocated by the batch.
  size_t capacity_bytes() const;
};

// Copies events of one batch, with their elements of its lists, to other
// batches.
class EventCopier {
 public:
  // `from` must outlive the copier, and have all its names by now.
  explicit EventCopier(const EventBatch* from) : from_(*from) {}

  // Empties `to`, the target of the following copies.
  void Begin(EventBatch* to);
  void Copy(const Event& event);

 private:
  uint32_t Name(uint32_t name);
  Range Set(uint64_t bits);
  void SetValue(ValueKind kind, uint64_t* value);

  const EventBatch& from_;
  EventBatch* to_ = nullptr;
  // By name of from_: its number in to_, if it was copied in this round.
  struct Known {
    uint64_t round = 0;
    uint32_t name = 0;
  };
  std::vector<Known> known_;
  uint64_t round_ = 0;
};

}  // namespace plumbline
