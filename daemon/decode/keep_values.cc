#include "daemon/decode/keep_values.h"

#include <algorithm>
#include <bit>
#include <string>
#include <string_view>

#include "daemon/decode/json_element.h"
#include "daemon/decode/text.h"

namespace plumbline {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using Kind = SentValues::Kind;

void Keep(std::string_view key, element value, SentValues* out) {
  switch (value.type()) {
    case element_type::OBJECT: {
      const simdjson::dom::object object = value.get_object().value_unsafe();
      const size_t kept = out->Begin(key, Kind::kObject);
      for (const auto entry : object) {
        Keep(entry.key, entry.value, out);
      }
      return out->End(kept);
    }
    case element_type::ARRAY: {
      const simdjson::dom::array array = value.get_array().value_unsafe();
      const size_t kept = out->Begin(key, Kind::kArray);
      for (const auto entry : array) {
        Keep("", entry, out);
      }
      return out->End(kept);
    }
    case element_type::STRING:
      return out->AddText(key, value.get_string().value_unsafe());
    case element_type::BOOL:
      return out->AddTruth(key, bool(value));
    case element_type::INT64:
      return out->AddNumber(key, Kind::kInteger,
                            static_cast<uint64_t>(int64_t(value)));
    case element_type::UINT64:
      return out->AddNumber(key, Kind::kUnsigned, uint64_t(value));
    case element_type::DOUBLE:
      return out->AddNumber(key, Kind::kReal,
                            std::bit_cast<uint64_t>(double(value)));
    default:
      out->AddNull(key);
  }
}

bool IsFeature(std::string_view key, element value) {
  return IsFeatureName(key) && !IsNested(value);
}

bool IsSegment(std::string_view key, element value) {
  std::string_view text;
  std::string spelled;
  if (value.get_string().get(text) != simdjson::SUCCESS) {
    if (!SegmentText(value, &spelled)) return false;
    text = spelled;
  }
  return IsName(key, 1) && IsName(text, 1);
}

bool Has(std::span<const LeftOutEntry> entries, EventField field,
         std::string_view key) {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const LeftOutEntry& entry) {
                       return entry.field == field && entry.key == key;
                     });
}

// Keeps the usable entries, and nulls.
void KeepEntries(EventField field, simdjson::dom::object entries,
                 std::span<const LeftOutEntry> left_out, SentValues* out) {
  const bool features = field == kFeatures;
  const size_t kept =
      out->Begin(features ? "features" : "segments", Kind::kObject);
  const size_t most = features ? kMostFeatures : kMostSegments;
  size_t used = 0;
  for (const auto [key, value] : entries) {
    if (value.is_null()) {
      if (Has(left_out, field, key)) continue;
    } else {
      const bool usable =
          features ? IsFeature(key, value) : IsSegment(key, value);
      if (!usable || ++used > most) continue;
    }
    Keep(key, value, out);
  }
  out->End(kept);
}

void KeepName(std::string_view key, element value, SentValues* out) {
  if (value.type() != element_type::DOUBLE) return Keep(key, value, out);
  const auto whole = static_cast<int64_t>(double(value));
  out->AddNumber(key, Kind::kInteger, static_cast<uint64_t>(whole));
}

}  // namespace

void KeepValues(simdjson::dom::object event,
                std::span<const LeftOutEntry> left_out, SentValues* out) {
  const size_t kept = out->BeginEvent();
  for (const auto [key, value] : event) {
    if (value.is_null()) continue;
    const EventField field = FieldOf(key);
    switch (field) {
      case kId:
      case kVersion:
        KeepName(key, value, out);
        break;
      case kSegments:
      case kFeatures:
        if (value.is_object()) {
          KeepEntries(field, value.get_object().value_unsafe(), left_out, out);
        }
        break;
      case kMetadata:
        if (value.is_object()) Keep(key, value, out);
        break;
      default:
        Keep(key, value, out);
    }
  }
  out->End(kept);
}

}  // namespace plumbline
