// The fields of an event.

#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace plumbline {

enum EventField : int {
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
  kUnknownField,
};

// An entry of `features` or `segments` that mending replaced by null. It is not
// part of the event.
struct LeftOutEntry {
  EventField field = kUnknownField;
  std::string key;
};

// The compiler knows the length, so this compiles to no call.
template <size_t N>
EventField MatchField(std::string_view key, const char (&name)[N],
                      EventField field) {
  return std::memcmp(key.data(), name, N - 1) == 0 ? field : kUnknownField;
}

inline EventField FieldOf(std::string_view key) {
  switch (key.size()) {
    case 2:
      return MatchField(key, "id", kId);
    case 5:
      if (key[0] == 'm') return MatchField(key, "model", kModel);
      return key[0] == 'l' ? MatchField(key, "label", kLabel)
                           : MatchField(key, "score", kScore);
    case 6:
      return MatchField(key, "scores", kScores);
    case 7:
      return key[0] == 'v' ? MatchField(key, "version", kVersion)
                           : MatchField(key, "latency", kLatency);
    case 8:
      if (key[0] == 's') return MatchField(key, "segments", kSegments);
      return key[0] == 'f' ? MatchField(key, "features", kFeatures)
                           : MatchField(key, "metadata", kMetadata);
    case 9:
      return MatchField(key, "timestamp", kTimestamp);
    case 10:
      return MatchField(key, "prediction", kPrediction);
    default:
      return kUnknownField;
  }
}

}  // namespace plumbline
