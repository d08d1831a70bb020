// EventReader: reads one parsed JSON object into one Event.
//
// A fault of a field that decides about the event rejects it with a code. A
// fault of an accompanying field leaves that out with a warning. `null` equals
// a missing field everywhere.

#pragma once

#include <simdjson.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/event.h"
#include "daemon/decode/body.h"
#include "daemon/decode/event_fields.h"
#include "daemon/decode/recent_names.h"
#include "daemon/decode/text.h"
#include "daemon/hash/id_hash.h"

namespace plumbline {

class EventReader {
 public:
  EventReader(const IdHasher& hasher, const DecodeLimits& limits,
              int64_t now_us, DecodedBody* out)
      : hasher_(hasher),
        limits_(limits),
        now_us_(now_us),
        out_(out),
        batch_(&out->batch),
        sent_(limits.keeps_values ? &out->sent : nullptr),
        names_(&out->batch.names),
        recent_names_(names_),
        recent_classes_(names_) {}

  // Appends to the batch. On an error only names are appended, and error()
  // describes it. Warnings are added to the body. `left_out`: null entries that
  // must not be kept as null.
  bool Read(simdjson::dom::object object, uint32_t index,
            std::span<const LeftOutEntry> left_out = {});

  const EventError& error() const { return error_; }
  // The model that an event names; empty if there is none.
  [[gnu::cold]] static std::string ModelOf(simdjson::dom::object object);
  // True if the error is a repeated key.
  bool repeats_key() const { return repeats_key_; }

 private:
  using Element = simdjson::dom::element;

  // Functions that read a field return false if the event is rejected, or if
  // the value is null: then they set no error.
  bool ReadFields(simdjson::dom::object object, Event* event);
  bool ReadField(int field, Element value, Event* event);
  bool ReadName(std::string_view field, Element value, size_t least,
                uint32_t* name);
  bool ReadId(Element value, Event* event);
  bool ReadIdText(std::string_view id, Event* event);
  bool ReadValue(std::string_view field, Element value, ValueKind* kind,
                 uint64_t* bits);
  bool ReadSet(std::string_view field, simdjson::dom::array array,
               uint64_t* bits);
  bool ReadScore(Element value, Event* event);
  bool ReadTimestamp(Element value, int64_t* timestamp_us);
  bool ReadLatency(Element value, Event* event);

  // False if `text` is not a valid name.
  bool TryName(std::string_view text, size_t least, uint32_t* name) {
    *name = recent_names_.Find(text);
    if (*name != RecentNames::kNone) return text.size() >= least;
    if (!IsName(text, least)) return false;
    *name = recent_names_.Add(text);
    return true;
  }
  bool ReadClass(std::string_view what, std::string_view text, uint32_t* name) {
    *name = recent_classes_.Find(text);
    return *name != RecentNames::kNone || AddClass(what, text, name);
  }
  [[gnu::cold]] bool AddClass(std::string_view what, std::string_view text,
                              uint32_t* name);
  // Sorts `classes`. True if one appears twice, in either of its spellings.
  bool HasTwice(std::span<uint32_t> classes) const;
  [[gnu::cold]] bool ReadOddName(std::string_view field, Element value,
                                 uint32_t* name);
  [[gnu::cold]] bool ReadOddId(Element value, Event* event);
  [[gnu::cold]] bool ReadOddProbability(std::string_view name, Element value,
                                        double* number);

  bool ReadScores(Element value, Event* event);
  bool HasScoreKeys(simdjson::dom::object scores) const;
  bool ReadScoreKeys(simdjson::dom::object scores);

  bool ReadSegments(Element value, Event* event);
  [[gnu::cold]] bool ReadOddSegment(std::string_view key, Element value,
                                    Segment* segment);
  bool ReadFeatures(Element value, Event* event);
  bool HasFeatureKeys(simdjson::dom::object features) const;
  bool ReadFeatureKeys(simdjson::dom::object features);
  [[gnu::cold]] size_t WarnOfFeatures(simdjson::dom::object features);
  void ReadFeature(uint32_t name, Element value);
  bool ReadMetadata(Element value);
  // Leaves out an accompanying field that is not an object.
  [[gnu::cold]] bool LeaveOut(std::string_view field, Element value);
  [[gnu::cold]] void WarnUnusable(std::string_view field, std::string_view key,
                                  std::string_view why);

  // All return false. They are cold, to keep the code of valid events small.
  [[gnu::cold]] bool FailUnknown(std::string_view key);
  [[gnu::cold]] bool FailTwice(std::string_view field, std::string_view what);
  [[gnu::cold]] bool FailIfRepeated(simdjson::dom::object object);
  [[gnu::cold]] bool FailMissing(unsigned present, unsigned nulls);
  [[gnu::cold]] bool FailType(std::string_view field, std::string_view wanted);
  [[gnu::cold]] bool FailUnlessNull(std::string_view field,
                                    std::string_view wanted, Element value);
  [[gnu::cold]] bool FailName(std::string_view field, std::string_view text);
  [[gnu::cold]] bool FailTimestamp(const std::string& shown);
  [[gnu::cold]] bool FailTimestampText(std::string_view text, bool is_time);
  [[gnu::cold]] bool FailFuture(int64_t timestamp_us);
  [[gnu::cold]] bool Fail(Reject reject, std::string_view field,
                          std::string message);

  const IdHasher& hasher_;
  const DecodeLimits& limits_;
  const int64_t now_us_;
  DecodedBody* const out_;
  EventBatch* const batch_;     // of out_
  SentValues* const sent_;      // of out_; null: values are not kept
  Names* const names_;          // of the batch
  RecentNames recent_names_;    // models, versions, segments
  RecentNames recent_classes_;  // in canonical spelling
  // Bits 0 to 3: which of "0", "false", "1" and "true" appeared.
  unsigned truths_ = 0;
  // Keys of the last scores and features. The next event mostly has the same.
  struct ScoreKey {
    std::string key;
    uint32_t name;
  };
  std::vector<ScoreKey> score_keys_;
  struct FeatureKey {
    std::string key;
    bool usable;
    bool wanted;
    uint32_t name;  // if wanted
  };
  std::vector<FeatureKey> feature_keys_;
  bool odd_feature_keys_ = false;  // one is not usable, or there are too many
  std::vector<uint32_t> scored_classes_;  // names of the keys of scores
  EventError error_;
  bool repeats_key_ = false;
};

}  // namespace plumbline
