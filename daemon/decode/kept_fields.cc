#include "daemon/decode/kept_fields.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "daemon/decode/event_fields.h"
#include "daemon/decode/mend.h"
#include "daemon/decode/text.h"

namespace plumbline {
namespace {

// Whether there may be something to mend. Most events are parsed as they are.
bool IsSuspect(std::string_view event) {
  constexpr std::string_view kSigns[] = {"NaN", "Infinity", "\\ud", "\\uD"};
  return std::any_of(std::begin(kSigns), std::end(kSigns),
                     [event](std::string_view sign) {
                       return event.find(sign) != std::string_view::npos;
                     });
}

bool IsFeature(const JsonField& entry) {
  const char first = entry.value.empty() ? '{' : entry.value[0];
  return IsFeatureName(entry.key) && first != '{' && first != '[' &&
         (!IsJsonNumber(entry.value) || FitsDouble(entry.value));
}

// Of a number with a fraction or an exponent; nullopt if it is not whole.
std::optional<int64_t> WholeOf(std::string_view number) {
  const double value = std::strtod(std::string(number).c_str(), nullptr);
  if (std::abs(value) > kLargestExact || value != std::trunc(value)) {
    return std::nullopt;
  }
  return static_cast<int64_t>(value);
}

bool IsSegment(const JsonField& entry) {
  if (!IsName(entry.key, 1) || !IsName(TextOf(entry.value), 1)) return false;
  return entry.value[0] == '"' || entry.value == "true" ||
         entry.value == "false" ||
         (IsJsonNumber(entry.value) &&
          (IsInteger(entry.value) || WholeOf(entry.value)));
}

}  // namespace

KeptFields::KeptFields(std::string_view event) {
  if (IsSuspect(event)) {
    mended_ = MendToKeep(event);
    event = mended_;
  }
  fields_ = FieldsOf(event);
  std::erase_if(fields_, [](const JsonField& field) {
    const EventField known = FieldOf(field.key);
    const bool object =
        known == kSegments || known == kFeatures || known == kMetadata;
    return field.value == "null" || (object && !field.value.starts_with('{'));
  });
  for (JsonField& field : fields_) {
    const EventField known = FieldOf(field.key);
    if (known != kVersion && known != kId) continue;
    std::string& name = names_[known == kId ? 1 : 0];
    name = SpellingOfName(field.value);
    field.value = name;
  }
}

std::string SpellingOfName(std::string_view value) {
  if (value.starts_with('"') || !IsJsonNumber(value)) return std::string(value);
  if (!IsInteger(value)) {
    const auto whole = WholeOf(value);
    return whole ? std::to_string(*whole) : std::string(value);
  }
  if (value == "-0") return "0";
  const std::string integer(value);
  return Fits64Bits(value) ? integer : '"' + integer + '"';
}

std::optional<std::vector<JsonField>> EntriesLeft(const JsonField& field) {
  const EventField known = FieldOf(field.key);
  if (known != kFeatures && known != kSegments) return std::nullopt;
  const bool features = known == kFeatures;
  const size_t most = features ? kMostFeatures : kMostSegments;
  std::vector<JsonField> left = FieldsOf(field.value);
  const size_t sent = left.size();
  size_t used = 0;
  std::erase_if(left, [&](const JsonField& entry) {
    if (entry.value == "null") return false;
    const bool usable = features ? IsFeature(entry) : IsSegment(entry);
    return !usable || ++used > most;
  });
  if (left.size() == sent) return std::nullopt;
  return left;
}

}  // namespace plumbline
