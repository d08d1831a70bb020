#include "daemon/decode/event_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <vector>

#include "core/timestamp.h"
#include "daemon/decode/text.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

using simdjson::dom::element_type;

constexpr size_t kLongestName = 128;  // bytes
constexpr size_t kMostSegments = 8;
constexpr size_t kMostFeatures = 256;
constexpr int64_t kLatestTimestampUs = 253'402'300'799'000'000;  // year 9999

enum Field : int {
  kModel,
  kVersion,
  kId,
  kPrediction,
  kLabel,
  kScore,
  kScores,
  kTimestamp,
  kSegments,
  kFeatures,
  kLatency,
  kMetadata,
  kUnknown,
};
// Compares with a length the compiler knows, so without a call.
template <size_t N>
Field Match(std::string_view key, const char (&name)[N], Field field) {
  return std::memcmp(key.data(), name, N - 1) == 0 ? field : kUnknown;
}

Field FieldOf(std::string_view key) {
  switch (key.size()) {
    case 2:
      return Match(key, "id", kId);
    case 5:
      if (key[0] == 'm') return Match(key, "model", kModel);
      return key[0] == 'l' ? Match(key, "label", kLabel)
                           : Match(key, "score", kScore);
    case 6:
      return Match(key, "scores", kScores);
    case 7:
      return key[0] == 'v' ? Match(key, "version", kVersion)
                           : Match(key, "latency", kLatency);
    case 8:
      if (key[0] == 's') return Match(key, "segments", kSegments);
      return key[0] == 'f' ? Match(key, "features", kFeatures)
                           : Match(key, "metadata", kMetadata);
    case 9:
      return Match(key, "timestamp", kTimestamp);
    case 10:
      return Match(key, "prediction", kPrediction);
    default:
      return kUnknown;
  }
}

bool AsNumber(simdjson::dom::element value, double* number) {
  switch (value.type()) {
    case element_type::INT64:
      *number = static_cast<double>(int64_t(value));
      return true;
    case element_type::UINT64:
      *number = static_cast<double>(uint64_t(value));
      return true;
    case element_type::DOUBLE:
      *number = double(value);
      return true;
    default:
      return false;
  }
}

bool RepeatsKey(simdjson::dom::object object) {
  constexpr size_t kFew = 16;
  if (object.size() <= kFew) {
    std::array<std::string_view, kFew> keys;
    size_t count = 0;
    for (const auto entry : object) {
      if (std::find(keys.begin(), keys.begin() + count, entry.key) !=
          keys.begin() + count) {
        return true;
      }
      keys[count++] = entry.key;
    }
    return false;
  }
  std::vector<std::string_view> keys;
  for (const auto entry : object) keys.push_back(entry.key);
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

bool IsName(std::string_view text, size_t least) {
  return text.size() <= kLongestName && text.size() >= least &&
         IsCleanText(text);
}

// Names are short: two overlapping words compare most of them.
bool SameText(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  if (a.size() < 8 || a.size() > 16) {
    return std::memcmp(a.data(), b.data(), a.size()) == 0;
  }
  const auto word = [](const char* p) {
    uint64_t w;
    std::memcpy(&w, p, sizeof(w));
    return w;
  };
  return word(a.data()) == word(b.data()) &&
         word(a.data() + a.size() - 8) == word(b.data() + b.size() - 8);
}

std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 64;
  std::string quoted = "\"";
  quoted += CutText(text, kShown);
  if (text.size() > kShown) quoted += "...";
  return quoted + "\"";
}

std::string Shown(double number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), number).ptr;
  return {text, end};
}

}  // namespace

bool EventReader::Read(simdjson::dom::object object, uint32_t index) {
  const size_t extras = batch_->extras.size();
  const size_t scores = batch_->class_scores.size();
  const size_t segments = batch_->segments.size();
  const size_t features = batch_->features.size();
  const size_t classes = batch_->classes.size();
  Event& event = batch_->events.emplace_back();
  event.index = index;
  if (ReadFields(object, &event)) return true;
  batch_->events.pop_back();
  batch_->extras.resize(extras);
  batch_->class_scores.resize(scores);
  batch_->segments.resize(segments);
  batch_->features.resize(features);
  batch_->classes.resize(classes);
  return false;
}

inline bool EventReader::ReadFields(simdjson::dom::object object,
                                    Event* event) {
  unsigned seen = 0;
  for (const auto field : object) {
    const Field known = FieldOf(field.key);
    if (known == kUnknown) {
      return FailUnknown(field.key) || FailIfRepeated(object);
    }
    if ((seen >> known & 1) != 0) return FailTwice(field.key);
    seen |= 1u << known;
    if (!ReadField(known, field.value, event)) return FailIfRepeated(object);
  }
  constexpr unsigned kLeast = 1u << kModel;
  constexpr unsigned kHalves = 1u << kPrediction | 1u << kLabel;
  const bool joinable = (seen >> kId & 1) != 0;
  if ((seen & kLeast) == 0 || (seen & kHalves) == 0 ||
      (!joinable && (seen & kHalves) != kHalves)) {
    return FailMissing(seen);
  }
  if ((seen >> kVersion & 1) == 0) event->version = names_->Add("");
  return true;
}

inline bool EventReader::ReadField(int field, Element value, Event* event) {
  switch (field) {
    case kModel:
      return ReadName("model", value, 1, &event->model);
    case kVersion:
      return ReadName("version", value, 0, &event->version);
    case kId: {
      std::string_view id;
      if (value.get_string().get(id) != simdjson::SUCCESS) {
        return FailType("id", "a string");
      }
      if (!IsName(id, 1)) return FailName("id", "id", id);
      const IdHash hash = hasher_(id);
      event->has_id = true;
      event->id_hi = hash.hi;
      event->id_lo = hash.lo;
      return true;
    }
    case kPrediction:
      return ReadValue("prediction", value, &event->prediction_kind,
                       &event->prediction);
    case kLabel:
      return ReadValue("label", value, &event->label_kind, &event->label);
    case kScore:
      return ReadProbability("score", value, &batch_->AddExtra(event).score);
    case kScores:
      return ReadScores(value, event);
    case kTimestamp:
      return ReadTimestamp(value, &event->timestamp_us);
    case kSegments:
      return ReadSegments(value, event);
    case kFeatures:
      return ReadFeatures(value, event);
    case kLatency:
      return ReadLatency(value, &batch_->AddExtra(event).latency);
    default:
      if (value.type() != element_type::OBJECT) {
        return FailType("metadata", "an object");
      }
      return CheckMetadata(value);
  }
}

inline bool EventReader::ReadName(std::string_view field, Element value,
                                  size_t least, uint32_t* name) {
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) {
    return FailType(field, "a string");
  }
  return AddName(field, text, least, name);
}

// Most names of a body are among the few it has had already: those need
// neither a check nor a look into the table.
inline bool EventReader::AddName(std::string_view field, std::string_view text,
                                 size_t least, uint32_t* name) {
  const size_t end = text.empty() ? 0 : static_cast<unsigned char>(text.back());
  uint32_t& recent = recent_[(text.size() * 7 + end) % recent_.size()];
  if (recent >= names_->size() || !SameText((*names_)[recent], text)) {
    if (!IsName(text, least)) return FailName(field, field, text);
    recent = names_->Add(text);
  } else if (text.size() < least) {
    return FailName(field, field, text);
  }
  *name = recent;
  return true;
}

inline bool EventReader::ReadValue(std::string_view field, Element value,
                                   ValueKind* kind, uint64_t* bits) {
  uint32_t name = 0;
  *kind = ValueKind::kText;
  switch (value.type()) {
    case element_type::STRING:
      if (!AddName(field, value.get_string().value_unsafe(), 1, &name)) {
        return false;
      }
      *bits = name;
      return true;
    case element_type::BOOL:
      *bits = names_->Add(bool(value) ? "true" : "false");
      return true;
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
      return FailType(
          field,
          "a string, an integer, a boolean, a number or an array of strings");
  }
}

bool EventReader::ReadSet(std::string_view field, simdjson::dom::array array,
                          uint64_t* bits) {
  std::vector<uint32_t>& classes = batch_->classes;
  const auto begin = static_cast<uint32_t>(classes.size());
  for (const auto element : array) {
    std::string_view text;
    if (element.get_string().get(text) != simdjson::SUCCESS) {
      return FailType(field, "an array of strings");
    }
    if (classes.size() - begin == limits_.classes) {
      return Fail(Reject::kOutOfRange, field,
                  std::string(field) + " has more than " +
                      std::to_string(limits_.classes) + " classes");
    }
    uint32_t name = 0;
    if (!AddName(field, text, 1, &name)) return false;
    classes.push_back(name);
  }
  std::sort(classes.begin() + begin, classes.end());
  if (std::adjacent_find(classes.begin() + begin, classes.end()) !=
      classes.end()) {
    return Fail(Reject::kOutOfRange, field,
                std::string(field) + " has a class twice");
  }
  *bits = Range{begin, static_cast<uint32_t>(classes.size()) - begin}.bits();
  return true;
}

bool EventReader::ReadProbability(std::string_view field, Element value,
                                  double* number) {
  if (!AsNumber(value, number)) return FailType(field, "a number");
  if (*number < 0 || *number > 1) {
    return Fail(
        Reject::kOutOfRange, field,
        std::string(field) + " is " + Shown(*number) + ", outside [0, 1]");
  }
  *number += 0.0;  // one kind of zero
  return true;
}

bool EventReader::ReadTimestamp(Element value, int64_t* timestamp_us) {
  constexpr std::string_view kField = "timestamp";
  double seconds = 0;
  std::string_view text;
  if (AsNumber(value, &seconds)) {
    const double micros = seconds * 1e6 + 0.5;
    if (micros < 0.5 || micros > static_cast<double>(kLatestTimestampUs)) {
      return Fail(Reject::kOutOfRange, kField,
                  "timestamp is " + Shown(seconds) +
                      ", not in seconds since 1970 before the year 10000");
    }
    *timestamp_us = static_cast<int64_t>(micros);
  } else if (value.get_string().get(text) == simdjson::SUCCESS) {
    const auto parsed = ParseTimestamp(text);
    if (!parsed) {
      return Fail(Reject::kWrongType, kField,
                  "timestamp is " + Quoted(text) +
                      ", not an RFC 3339 time such as 2026-11-24T03:00:00Z");
    }
    if (*parsed < 0) {
      return Fail(Reject::kOutOfRange, kField, "timestamp is before 1970");
    }
    *timestamp_us = *parsed;
  } else {
    return FailType(kField, "an RFC 3339 string or Unix seconds");
  }
  // The clock is read in milliseconds.
  if (*timestamp_us > now_us_ + 999 + limits_.future_us) {
    return Fail(
        Reject::kFutureTimestamp, kField,
        "timestamp is " +
            std::to_string((*timestamp_us - now_us_) / 1'000'000) +
            " s ahead of this server's clock, more than limits.future allows");
  }
  return true;
}

bool EventReader::ReadLatency(Element value, double* latency) {
  if (!AsNumber(value, latency)) {
    return FailType("latency", "a number");
  }
  if (*latency < 0) {
    return Fail(Reject::kOutOfRange, "latency",
                "latency is " + Shown(*latency) + ", below 0 seconds");
  }
  return true;
}

bool EventReader::ReadScores(Element value, Event* event) {
  simdjson::dom::object scores;
  if (value.get_object().get(scores) != simdjson::SUCCESS) {
    return FailType("scores", "an object of class to probability");
  }
  if (!CheckKeys("scores", scores, limits_.classes)) return false;
  const auto begin = static_cast<uint32_t>(batch_->class_scores.size());
  for (const auto score : scores) {
    ClassScore& read = batch_->class_scores.emplace_back();
    read.name = names_->Add(score.key);
    if (AsNumber(score.value, &read.score) && read.score >= 0 &&
        read.score <= 1) {
      read.score += 0.0;  // one kind of zero
      continue;
    }
    ReadProbability("scores." + std::string(score.key), score.value,
                    &read.score);
    error_.field = "scores";
    return false;
  }
  batch_->AddExtra(event).scores = {
      begin, static_cast<uint32_t>(batch_->class_scores.size()) - begin};
  return true;
}

bool EventReader::ReadSegments(Element value, Event* event) {
  simdjson::dom::object segments;
  if (value.get_object().get(segments) != simdjson::SUCCESS) {
    return FailType("segments", "an object of string to string");
  }
  std::vector<Segment>& all = batch_->segments;
  const auto begin = static_cast<uint32_t>(all.size());
  for (const auto segment : segments) {
    std::string_view text;
    if (segment.value.get_string().get(text) != simdjson::SUCCESS) {
      return FailType("segments", "an object of string to string");
    }
    Segment read;
    if (!AddName("segments", segment.key, 1, &read.key) ||
        !AddName("segments", text, 1, &read.value)) {
      return FailSegment(segment.key, text);
    }
    const auto same = [&read](const Segment& s) { return s.key == read.key; };
    if (std::any_of(all.begin() + begin, all.end(), same)) {
      return Fail(Reject::kInvalidJson, "segments", "segments has a key twice");
    }
    if (all.size() - begin == kMostSegments) {
      return Fail(Reject::kOutOfRange, "segments",
                  "segments has more than " + std::to_string(kMostSegments) +
                      " entries");
    }
    all.push_back(read);
  }
  batch_->AddExtra(event).segments = {
      begin, static_cast<uint32_t>(all.size()) - begin};
  return true;
}

bool EventReader::ReadFeatures(Element value, Event* event) {
  simdjson::dom::object features;
  if (value.get_object().get(features) != simdjson::SUCCESS) {
    return FailType("features", "an object of scalars");
  }
  if (!HasFeatureKeys(features) && !ReadFeatureKeys(features)) return false;
  for (const auto feature : features) {
    const element_type type = feature.value.type();
    if (type == element_type::ARRAY || type == element_type::OBJECT) {
      return Fail(Reject::kWrongType, "features",
                  "features." + std::string(feature.key) +
                      " must be a string, a number, a boolean or null");
    }
    if (type == element_type::STRING &&
        !IsCleanText(std::string_view(feature.value))) {
      return Fail(
          Reject::kInvalidText, "features",
          "features." + std::string(feature.key) + " has a control character");
    }
  }
  if (limits_.features == nullptr || limits_.features->empty()) return true;
  const auto begin = static_cast<uint32_t>(batch_->features.size());
  auto key = feature_keys_.begin();
  for (const auto feature : features) {
    if (key->wanted) ReadFeature(key->name, feature.value);
    ++key;
  }
  Extra& extra = batch_->AddExtra(event);
  extra.has_features = true;
  extra.features = {begin,
                    static_cast<uint32_t>(batch_->features.size()) - begin};
  return true;
}

bool EventReader::HasFeatureKeys(simdjson::dom::object features) const {
  auto key = feature_keys_.begin();
  for (const auto feature : features) {
    if (key == feature_keys_.end() || !SameText(key->key, feature.key)) {
      return false;
    }
    ++key;
  }
  return key == feature_keys_.end();
}

bool EventReader::ReadFeatureKeys(simdjson::dom::object features) {
  if (!CheckKeys("features", features, kMostFeatures)) return false;
  feature_keys_.clear();
  for (const auto feature : features) {
    const bool wanted =
        limits_.features != nullptr &&
        std::binary_search(limits_.features->begin(), limits_.features->end(),
                           feature.key);
    feature_keys_.push_back({std::string(feature.key), wanted,
                             wanted ? names_->Add(feature.key) : 0});
  }
  return true;
}

void EventReader::ReadFeature(uint32_t name, Element value) {
  Feature feature;
  feature.name = name;
  double number = 0;
  std::string_view text;
  bool truth = false;
  if (AsNumber(value, &number)) {
    feature.kind = ValueKind::kReal;
    feature.value = std::bit_cast<uint64_t>(number);
  } else if (value.get_string().get(text) == simdjson::SUCCESS) {
    feature.kind = ValueKind::kText;
    feature.value = names_->Add(CutText(text, kLongestName));
  } else if (value.get_bool().get(truth) == simdjson::SUCCESS) {
    feature.kind = ValueKind::kText;
    feature.value = names_->Add(truth ? "true" : "false");
  }
  batch_->features.push_back(feature);
}

// Whatever is in it is text without control characters, no key twice.
bool EventReader::CheckMetadata(Element value) {
  std::string_view text;
  if (value.get_string().get(text) == simdjson::SUCCESS) {
    return IsCleanText(text) || Fail(Reject::kInvalidText, "metadata",
                                     "metadata has a control character");
  }
  simdjson::dom::array array;
  if (value.get_array().get(array) == simdjson::SUCCESS) {
    for (const auto element : array) {
      if (!CheckMetadata(element)) return false;
    }
  }
  simdjson::dom::object object;
  if (value.get_object().get(object) == simdjson::SUCCESS) {
    if (RepeatsKey(object)) {
      return Fail(Reject::kInvalidJson, "metadata", "metadata has a key twice");
    }
    for (const auto entry : object) {
      if (!IsCleanText(entry.key)) {
        return Fail(Reject::kInvalidText, "metadata",
                    "metadata has a control character");
      }
      if (!CheckMetadata(entry.value)) return false;
    }
  }
  return true;
}

// Keys are names, and none is there twice.
bool EventReader::CheckKeys(std::string_view field,
                            simdjson::dom::object object, size_t most) {
  size_t count = 0;
  for (const auto entry : object) {
    if (++count > most) {
      return Fail(Reject::kOutOfRange, field,
                  std::string(field) + " has more than " +
                      std::to_string(most) + " entries");
    }
    if (!IsName(entry.key, 1)) {
      return FailName(field, "a key of " + std::string(field), entry.key);
    }
  }
  if (RepeatsKey(object)) {
    return Fail(Reject::kInvalidJson, field,
                std::string(field) + " has a key twice");
  }
  return true;
}

bool EventReader::FailUnknown(std::string_view key) {
  return Fail(Reject::kUnknownField, key,
              "no field of an event is called " + Quoted(key));
}

bool EventReader::FailTwice(std::string_view key) {
  return Fail(Reject::kInvalidJson, key, std::string(key) + " is there twice");
}

// A key that is there twice goes before what else is wrong.
bool EventReader::FailIfRepeated(simdjson::dom::object object) {
  if (RepeatsKey(object)) FailTwice("a key");
  return false;
}

bool EventReader::FailMissing(unsigned seen) {
  if ((seen >> kModel & 1) == 0) {
    return Fail(Reject::kMissingField, "model", "model is missing");
  }
  if ((seen & (1u << kPrediction | 1u << kLabel)) == 0) {
    return Fail(Reject::kMissingField, "prediction",
                "an event needs a prediction, a label or both");
  }
  return Fail(Reject::kMissingField, "id",
              "id is missing: only an event with both prediction and label "
              "needs none");
}

bool EventReader::FailType(std::string_view field, std::string_view wanted) {
  return Fail(Reject::kWrongType, field,
              std::string(field) + " must be " + std::string(wanted));
}

// `text` is not a name; says why.
bool EventReader::FailName(std::string_view field, std::string_view what,
                           std::string_view text) {
  const std::string name(what);
  if (text.size() > kLongestName) {
    return Fail(Reject::kTooLong, field,
                name + " has " + std::to_string(text.size()) +
                    " bytes, more than " + std::to_string(kLongestName));
  }
  if (text.empty()) {
    return Fail(Reject::kOutOfRange, field, name + " is empty");
  }
  return Fail(Reject::kInvalidText, field, name + " has a control character");
}

// One of the two is no name; says which, and why.
bool EventReader::FailSegment(std::string_view key, std::string_view value) {
  if (!IsName(key, 1)) return FailName("segments", "a key of segments", key);
  return FailName("segments", "segments." + std::string(key), value);
}

bool EventReader::Fail(Reject reject, std::string_view field,
                       std::string message) {
  error_.reject = reject;
  error_.field = CutText(field, kLongestName);
  error_.message = std::move(message);
  return false;
}

}  // namespace plumbline
