// Reads accompanying fields: segments, features, metadata. Unusable values are
// left out. Only a repeated key rejects the event.

#include <algorithm>
#include <bit>

#include "daemon/decode/event_reader.h"
#include "daemon/decode/json_element.h"
#include "daemon/decode/text.h"
#include "daemon/text/json_string.h"

namespace plumbline {
namespace {

using simdjson::dom::element_type;

// Explains why a text is not a name.
std::string_view NameFault(std::string_view text) {
  if (text.empty()) return "is empty";
  return text.size() > kLongestName ? "has more than 128 bytes"
                                    : "has a control character";
}

// True if any object inside repeats a key.
bool RepeatsKeyWithin(simdjson::dom::element value) {
  simdjson::dom::array array;
  if (value.get_array().get(array) == simdjson::SUCCESS) {
    return std::any_of(array.begin(), array.end(), RepeatsKeyWithin);
  }
  simdjson::dom::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  if (RepeatsKey(object)) return true;
  for (const auto entry : object) {
    if (RepeatsKeyWithin(entry.value)) return true;
  }
  return false;
}

}  // namespace

bool EventReader::ReadSegments(Element value, Event* event) {
  simdjson::dom::object segments;
  if (value.get_object().get(segments) != simdjson::SUCCESS) {
    return LeaveOut("segments", value);
  }
  std::vector<Segment>& all = batch_->segments;
  const auto begin = static_cast<uint32_t>(all.size());
  bool left_out = false;
  for (const auto segment : segments) {
    std::string_view text;
    Segment read;
    if (segment.value.get_string().get(text) != simdjson::SUCCESS ||
        !TryName(segment.key, 1, &read.key) || !TryName(text, 1, &read.value)) {
      if (!ReadOddSegment(segment.key, segment.value, &read)) {
        left_out = true;
        continue;
      }
    }
    const auto same = [&read](const Segment& s) { return s.key == read.key; };
    if (std::any_of(all.begin() + begin, all.end(), same)) {
      return FailTwice("segments", "a key of segments");
    }
    if (all.size() - begin == kMostSegments) {
      WarnUnusable("segments", segment.key, "there are more than 8");
      left_out = true;
      continue;
    }
    all.push_back(read);
  }
  if (left_out && RepeatsKey(segments)) {
    return FailTwice("segments", "a key of segments");
  }
  batch_->AddExtra(event).segments = {
      begin, static_cast<uint32_t>(all.size()) - begin};
  return true;
}

// Reads a segment that is not a string, or not a name. False if it is left out.
bool EventReader::ReadOddSegment(std::string_view key, Element value,
                                 Segment* segment) {
  if (value.is_null()) return false;
  std::string text;
  if (!SegmentText(value, &text)) {
    WarnUnusable("segments", key, "it is no string, integer or boolean");
    return false;
  }
  const bool good_key = TryName(key, 1, &segment->key);
  if (good_key && TryName(text, 1, &segment->value)) return true;
  WarnUnusable("segments", key,
               good_key ? "its value " + std::string(NameFault(text))
                        : "its key " + std::string(NameFault(key)));
  return false;
}

bool EventReader::ReadFeatures(Element value, Event* event) {
  simdjson::dom::object features;
  if (value.get_object().get(features) != simdjson::SUCCESS) {
    return LeaveOut("features", value);
  }
  if (!HasFeatureKeys(features) && !ReadFeatureKeys(features)) return false;
  bool odd = odd_feature_keys_;
  for (const auto feature : features) odd |= IsNested(feature.value);
  const size_t taken = odd ? WarnOfFeatures(features) : feature_keys_.size();
  if (limits_.features == nullptr || limits_.features->empty()) return true;
  const auto begin = static_cast<uint32_t>(batch_->features.size());
  auto key = feature_keys_.begin();
  const auto end = key + static_cast<ptrdiff_t>(taken);
  for (const auto feature : features) {
    if (key == end) break;
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
  feature_keys_.clear();
  if (RepeatsKey(features)) {
    return FailTwice("features", "a key of features");
  }
  odd_feature_keys_ = features.size() > kMostFeatures;
  for (const auto feature : features) {
    const bool wanted =
        limits_.features != nullptr &&
        std::binary_search(limits_.features->begin(), limits_.features->end(),
                           feature.key);
    const bool usable = IsFeatureName(feature.key);
    odd_feature_keys_ |= !usable;
    feature_keys_.push_back({std::string(feature.key), usable, wanted,
                             wanted ? names_->Add(feature.key) : 0});
  }
  return true;
}

// Warns of each feature that is left out. Returns how many of the first
// features contain at most kMostFeatures usable ones. Nulls do not count.
size_t EventReader::WarnOfFeatures(simdjson::dom::object features) {
  size_t used = 0;
  size_t taken = feature_keys_.size();
  size_t i = 0;
  for (const auto feature : features) {
    if (!feature_keys_[i].usable) {
      WarnUnusable("features", feature.key,
                   "its name " + std::string(NameFault(feature.key)));
    } else if (IsNested(feature.value)) {
      WarnUnusable("features", feature.key,
                   std::string("it is ") + KindOf(feature.value) +
                       ", and features are single values");
    } else if (feature.value.is_null()) {
      // The same as a missing feature.
    } else if (used < kMostFeatures) {
      ++used;
    } else {
      taken = std::min(taken, i);
      WarnUnusable("features", feature.key, "there are more than 256");
    }
    ++i;
  }
  return taken;
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

bool EventReader::ReadMetadata(Element value) {
  if (value.type() != element_type::OBJECT) return LeaveOut("metadata", value);
  return !RepeatsKeyWithin(value) || FailTwice("metadata", "a key of metadata");
}

bool EventReader::LeaveOut(std::string_view field, Element value) {
  if (value.is_null()) return false;
  WarnUnusable(field, "",
               std::string("it is ") + KindOf(value) + ", not an object");
  return true;
}

void EventReader::WarnUnusable(std::string_view field, std::string_view key,
                               std::string_view why) {
  constexpr Warning kWarning = Warning::kUnusableEntry;
  if (out_->warnings.size() >= kListedWarnings) {
    ++out_->warned[static_cast<size_t>(kWarning)];
    return;
  }
  std::string entry(field);
  if (!key.empty()) entry += "." + std::string(CutText(key, kLongestName));
  std::string message = entry + " is left out: " + std::string(why);
  out_->AddWarning({batch_->events.back().index, kWarning, std::move(entry),
                    std::move(message)});
}

}  // namespace plumbline
