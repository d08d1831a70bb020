// Decodes the body of a request into a batch of events.
//
// A body is one JSON object, an array of them, or one per line. Each event is
// parsed once. An event that breaks a rule is left out of the batch and listed
// with its reason. Other events are not affected.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/event/event.h"
#include "core/settings/settings.h"
#include "daemon/decode/sent_values.h"
#include "daemon/hash/id_hash.h"

namespace plumbline {

// The names of watched features, sorted. [Any thread]
using FeatureNames = std::vector<std::string>;
FeatureNames FeaturesOf(const Settings& settings);

struct DecodeLimits {
  uint64_t events_per_request = 10000;
  uint64_t classes = 1000;  // entries in `scores`
  int64_t future_us = 600'000'000;
  std::shared_ptr<const FeatureNames> features = {};  // null: none
  bool keeps_values = false;  // in `sent`, of each event that is accepted
};

struct EventError {
  uint32_t index = 0;  // of the event in the body
  Reject reject = Reject::kNone;
  std::string field;
  std::string message;
  std::string model = {};  // if it could be read
};

struct EventWarning {
  uint32_t index = 0;  // of the event in the body
  Warning warning{};
  std::string field;
  std::string message;
};

// Counts of rejected events, by the model that they name (empty: none readable)
// and by reason.
using RejectedByModel =
    std::map<std::string, std::array<uint64_t, kRejectCount>, std::less<>>;

inline constexpr size_t kListedErrors = 100;
inline constexpr size_t kListedWarnings = 100;

struct DecodedBody {
  EventBatch batch;
  SentValues sent;                                // by index
  uint64_t events = 0;                            // in the body
  std::vector<EventError> errors;                 // the first kListedErrors
  std::array<uint64_t, kRejectCount> rejected{};  // all, by reason
  RejectedByModel rejected_by_model;              // all
  std::vector<EventWarning> warnings;             // the first kListedWarnings
  std::array<uint64_t, kWarningCount> warned{};   // all, by reason

  void Clear();
  void AddError(EventError error);
  // Counts an error without listing it.
  void CountRejected(std::string_view model, Reject reject);
  void AddWarning(EventWarning warning);
};

enum class BodyFormat { kUnknown, kJson, kNdjson };
enum class BodyStatus { kOk, kInvalid, kTooManyEvents };

class BodyDecoder {
 public:
  // The number of bytes that must be readable after the body.
  static size_t Padding();

  explicit BodyDecoder(const IdHasher* hasher);
  ~BodyDecoder();

  // REQUIRES: Padding() readable bytes follow `body`. Rejects timestamps later
  // than `now_us` + limits.future_us. With a status other than kOk *message
  // says why, and `out` must not be used.
  BodyStatus Decode(std::string_view body, BodyFormat format,
                    const DecodeLimits& limits, int64_t now_us,
                    DecodedBody* out, std::string* message);

  // Appends the event of one line, with the next index of `out`. A line that is
  // no event, or breaks a rule, is listed there as an error. REQUIRES:
  // Padding() readable bytes follow `line`.
  void DecodeLine(std::string_view line, const DecodeLimits& limits,
                  int64_t now_us, DecodedBody* out);

  // The size of the longest document parsed. The decoder keeps several times as
  // much memory.
  size_t capacity() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline
