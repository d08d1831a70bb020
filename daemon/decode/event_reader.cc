#include "daemon/decode/event_reader.h"

#include <algorithm>
#include <bit>

#include "core/event/timestamp.h"
#include "core/settings/class_text.h"
#include "daemon/decode/event_fields.h"
#include "daemon/decode/json_element.h"
#include "daemon/decode/keep_values.h"
#include "daemon/decode/shown.h"

namespace plumbline {

using simdjson::dom::element_type;

bool EventReader::Read(simdjson::dom::object object, uint32_t index,
                       std::span<const LeftOutEntry> left_out) {
  const size_t extras = batch_->extras.size();
  const size_t scores = batch_->class_scores.size();
  const size_t segments = batch_->segments.size();
  const size_t features = batch_->features.size();
  const size_t classes = batch_->classes.size();
  Event& event = batch_->events.emplace_back();
  event.index = index;
  if (ReadFields(object, &event)) {
    if (sent_ != nullptr) KeepValues(object, left_out, sent_);
    return true;
  }
  batch_->events.pop_back();
  batch_->extras.resize(extras);
  batch_->class_scores.resize(scores);
  batch_->segments.resize(segments);
  batch_->features.resize(features);
  batch_->classes.resize(classes);
  error_.index = index;
  error_.model = ModelOf(object);
  return false;
}

inline bool EventReader::ReadFields(simdjson::dom::object object,
                                    Event* event) {
  unsigned seen = 0;
  unsigned nulls = 0;
  for (const auto field : object) {
    const EventField known = FieldOf(field.key);
    if (known == kUnknownField) {
      return FailUnknown(field.key) || FailIfRepeated(object);
    }
    if ((seen >> known & 1) != 0) return FailTwice(field.key, field.key);
    seen |= 1u << known;
    if (!ReadField(known, field.value, event)) {
      if (!field.value.is_null()) return FailIfRepeated(object);
      nulls |= 1u << known;
    }
  }
  const unsigned present = seen & ~nulls;
  constexpr unsigned kLeast = 1u << kModel;
  constexpr unsigned kHalves = 1u << kPrediction | 1u << kLabel;
  const bool joinable = (present >> kId & 1) != 0;
  if ((present & kLeast) == 0 || (present & kHalves) == 0 ||
      (!joinable && (present & kHalves) != kHalves)) {
    return FailMissing(present, nulls);
  }
  if ((present >> kVersion & 1) == 0) event->version = names_->Add("");
  return true;
}

inline bool EventReader::ReadField(int field, Element value, Event* event) {
  switch (field) {
    case kModel:
      return ReadName("model", value, 1, &event->model);
    case kVersion:
      return ReadName("version", value, 0, &event->version);
    case kId:
      return ReadId(value, event);
    case kPrediction:
      return ReadValue("prediction", value, &event->prediction_kind,
                       &event->prediction);
    case kLabel:
      return ReadValue("label", value, &event->label_kind, &event->label);
    case kScore:
      return ReadScore(value, event);
    case kScores:
      return ReadScores(value, event);
    case kTimestamp:
      return ReadTimestamp(value, &event->timestamp_us);
    case kSegments:
      return ReadSegments(value, event);
    case kFeatures:
      return ReadFeatures(value, event);
    case kLatency:
      return ReadLatency(value, event);
    default:
      return ReadMetadata(value);
  }
}

inline bool EventReader::ReadName(std::string_view field, Element value,
                                  size_t least, uint32_t* name) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) {
    return ReadOddName(field, value, name);
  }
  return TryName(text, least, name) || FailName(field, text);
}

inline bool EventReader::ReadId(Element value, Event* event) {
  std::string_view id;
  if (value.get_string().get(id) != simdjson::SUCCESS) {
    return ReadOddId(value, event);
  }
  return ReadIdText(id, event);
}

inline bool EventReader::ReadIdText(std::string_view id, Event* event) {
  if (!IsName(id, 1)) return FailName("id", id);
  const IdHash hash = hasher_(id);
  event->has_id = true;
  event->id_hi = hash.hi;
  event->id_lo = hash.lo;
  return true;
}

// Reads a name that is not a string. A version may be an integer, a model may
// not.
bool EventReader::ReadOddName(std::string_view field, Element value,
                              uint32_t* name) {
  std::string text;
  if (field == "model") return FailUnlessNull(field, "a string", value);
  if (!IntegerText(value, &text)) {
    return FailUnlessNull(field, "a string or an integer", value);
  }
  return TryName(text, 1, name) || FailName(field, text);
}

bool EventReader::ReadOddId(Element value, Event* event) {
  std::string text;
  if (!IntegerText(value, &text)) {
    return FailUnlessNull("id", "a string or an integer", value);
  }
  return ReadIdText(text, event);
}

// Adds a new class, or one in another than its canonical spelling.
bool EventReader::AddClass(std::string_view what, std::string_view text,
                           uint32_t* name) {
  const std::string_view canonical = CanonicalClass(text);
  if (canonical.empty()) {
    return Fail(Reject::kInvalidText, what,
                std::string(what) + " is a class without a name");
  }
  if (canonical == "__other__") {
    return Fail(Reject::kInvalidText, what,
                std::string(what) +
                    " is __other__, the name of what is not counted by itself");
  }
  if (!IsName(canonical, 1)) return FailName(what, canonical);
  *name = recent_classes_.Add(canonical);
  static constexpr std::string_view kTruths[] = {"0", "false", "1", "true"};
  for (unsigned i = 0; i < std::size(kTruths); ++i) {
    if (canonical == kTruths[i]) truths_ |= 1u << i;
  }
  return true;
}

bool EventReader::HasTwice(std::span<uint32_t> classes) const {
  std::sort(classes.begin(), classes.end());
  if (std::adjacent_find(classes.begin(), classes.end()) != classes.end()) {
    return true;
  }
  constexpr unsigned kFirstOfPairs = 1u << 0 | 1u << 2;
  if ((truths_ & truths_ >> 1 & kFirstOfPairs) == 0) return false;
  return std::any_of(classes.begin(), classes.end(), [&](uint32_t name) {
    const std::string_view other = OtherSpelling((*names_)[name]);
    return !other.empty() &&
           std::any_of(classes.begin(), classes.end(),
                       [&](uint32_t twin) { return (*names_)[twin] == other; });
  });
}

inline bool EventReader::ReadValue(std::string_view field, Element value,
                                   ValueKind* kind, uint64_t* bits) {
  std::string_view text;
  switch (value.type()) {
    case element_type::STRING:
      text = value.get_string().value_unsafe();
      break;
    case element_type::BOOL:
      text = bool(value) ? "true" : "false";
      break;
    case element_type::INT64:
      *kind = ValueKind::kInteger;
      *bits = static_cast<uint64_t>(int64_t(value));
      return true;
    case element_type::UINT64:  // beyond int64_t
      *kind = ValueKind::kUnsigned;
      *bits = uint64_t(value);
      return true;
    case element_type::DOUBLE:
      *kind = ValueKind::kReal;
      *bits = std::bit_cast<uint64_t>(double(value));
      return true;
    case element_type::ARRAY:
      *kind = ValueKind::kSet;
      return ReadSet(field, value.get_array().value_unsafe(), bits);
    default:
      return FailUnlessNull(
          field,
          "a string, an integer, a boolean, a number or an array of strings",
          value);
  }
  uint32_t name = 0;
  if (!ReadClass(field, text, &name)) return false;
  *kind = ValueKind::kText;
  *bits = name;
  return true;
}

bool EventReader::ReadSet(std::string_view field, simdjson::dom::array array,
                          uint64_t* bits) {
  std::vector<uint32_t>& classes = batch_->classes;
  const size_t begin = classes.size();
  for (const auto element : array) {
    std::string_view text;
    if (element.get_string().get(text) != simdjson::SUCCESS) {
      if (element.is_null()) continue;
      return FailType(field, "an array of strings");
    }
    if (classes.size() - begin == limits_.classes) {
      return Fail(Reject::kOutOfRange, field,
                  std::string(field) + " has more than " +
                      std::to_string(limits_.classes) + " classes");
    }
    uint32_t name = 0;
    if (!ReadClass(field, text, &name)) return false;
    classes.push_back(name);
  }
  const std::span<uint32_t> set = std::span(classes).subspan(begin);
  if (HasTwice(set)) {
    return Fail(Reject::kInvalidJson, field,
                std::string(field) + " has a class twice");
  }
  *bits = Range{static_cast<uint32_t>(begin), static_cast<uint32_t>(set.size())}
              .bits();
  return true;
}

inline bool EventReader::ReadTimestamp(Element value, int64_t* timestamp_us) {
  std::string_view text;
  std::optional<int64_t> time;
  switch (value.type()) {
    case element_type::DOUBLE:
      time = TimestampOfDouble(double(value));
      if (!time) return FailTimestamp(Shown(double(value)));
      break;
    case element_type::INT64:
      if (int64_t(value) < 0) {
        return FailTimestamp(std::to_string(int64_t(value)));
      }
      time = TimestampOfInteger(static_cast<uint64_t>(int64_t(value)));
      break;
    case element_type::UINT64:
      time = TimestampOfInteger(uint64_t(value));
      break;
    case element_type::STRING:
      text = value.get_string().value_unsafe();
      time = ParseTimestamp(text);
      if (!time || *time < 0) return FailTimestampText(text, time.has_value());
      break;
    default:
      return FailUnlessNull("timestamp", "an RFC 3339 string or Unix time",
                            value);
  }
  // 999: the clock is read in milliseconds.
  if (*time > now_us_ + 999 + limits_.future_us) return FailFuture(*time);
  *timestamp_us = *time;
  return true;
}

inline bool EventReader::ReadLatency(Element value, Event* event) {
  double latency = 0;
  if (!AsNumber(value, &latency)) {
    return FailUnlessNull("latency", "a number", value);
  }
  if (latency < 0) {
    return Fail(Reject::kOutOfRange, "latency",
                "latency is " + Shown(latency) + ", below 0 seconds");
  }
  batch_->AddExtra(event).latency = latency;
  return true;
}

}  // namespace plumbline
