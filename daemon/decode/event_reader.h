// From one parsed JSON object to one Event.

#pragma once

#include <simdjson.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"
#include "daemon/decode/body.h"
#include "daemon/hash/id_hash.h"

namespace plumbline {

class EventReader {
 public:
  EventReader(const IdHasher& hasher, const DecodeLimits& limits,
              int64_t now_us, EventBatch* batch)
      : hasher_(hasher),
        limits_(limits),
        now_us_(now_us),
        batch_(batch),
        names_(&batch->names) {}

  // Appends to the batch. If `object` is no event by itself nothing is appended
  // but names, and error() says what is wrong.
  bool Read(simdjson::dom::object object, uint32_t index);

  const EventError& error() const { return error_; }

 private:
  using Element = simdjson::dom::element;

  bool ReadFields(simdjson::dom::object object, Event* event);
  bool ReadField(int field, Element value, Event* event);
  bool ReadName(std::string_view field, Element value, size_t least,
                uint32_t* name);
  bool AddName(std::string_view field, std::string_view text, size_t least,
               uint32_t* name);
  bool ReadValue(std::string_view field, Element value, ValueKind* kind,
                 uint64_t* bits);
  bool ReadSet(std::string_view field, simdjson::dom::array array,
               uint64_t* bits);
  bool ReadProbability(std::string_view field, Element value, double* number);
  bool ReadTimestamp(Element value, int64_t* timestamp_us);
  bool ReadLatency(Element value, double* latency);
  bool ReadScores(Element value, Event* event);
  bool ReadSegments(Element value, Event* event);
  bool ReadFeatures(Element value, Event* event);
  bool HasFeatureKeys(simdjson::dom::object features) const;
  bool ReadFeatureKeys(simdjson::dom::object features);
  void ReadFeature(uint32_t name, Element value);
  bool CheckMetadata(Element value);
  bool CheckKeys(std::string_view field, simdjson::dom::object object,
                 size_t most);

  // All return false. Kept out of the way of good events.
  [[gnu::cold]] bool FailUnknown(std::string_view key);
  [[gnu::cold]] bool FailTwice(std::string_view key);
  [[gnu::cold]] bool FailIfRepeated(simdjson::dom::object object);
  [[gnu::cold]] bool FailMissing(unsigned seen);
  [[gnu::cold]] bool FailType(std::string_view field, std::string_view wanted);
  [[gnu::cold]] bool FailName(std::string_view field, std::string_view what,
                              std::string_view text);
  [[gnu::cold]] bool FailSegment(std::string_view key, std::string_view value);
  [[gnu::cold]] bool Fail(Reject reject, std::string_view field,
                          std::string message);

  const IdHasher& hasher_;
  const DecodeLimits& limits_;
  const int64_t now_us_;
  EventBatch* const batch_;
  Names* const names_;                 // of the batch
  std::array<uint32_t, 16> recent_{};  // names had lately, by size and end
  // Keys of the features that came last, which those of the next mostly are.
  struct FeatureKey {
    std::string key;
    bool wanted;
    uint32_t name;  // then
  };
  std::vector<FeatureKey> feature_keys_;
  EventError error_;
};

}  // namespace plumbline
