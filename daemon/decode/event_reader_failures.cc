// Messages for the faults of an event.

#include "core/event/timestamp.h"
#include "daemon/decode/event_fields.h"
#include "daemon/decode/event_reader.h"
#include "daemon/decode/json_element.h"
#include "daemon/decode/shown.h"
#include "daemon/decode/text.h"
#include "daemon/text/json_string.h"

namespace plumbline {

std::string EventReader::ModelOf(simdjson::dom::object object) {
  std::string_view model;
  const bool named =
      object.at_key("model").get_string().get(model) == simdjson::SUCCESS;
  return std::string(named && IsName(model, 1) ? model : "");
}

bool EventReader::FailUnknown(std::string_view key) {
  return Fail(Reject::kUnknownField, key,
              "no field of an event is called " + Quoted(key));
}

bool EventReader::FailTwice(std::string_view field, std::string_view what) {
  Fail(Reject::kInvalidJson, field, std::string(what) + " is there twice");
  repeats_key_ = true;
  return false;
}

// A repeated key takes precedence over other faults.
bool EventReader::FailIfRepeated(simdjson::dom::object object) {
  if (RepeatsKey(object)) FailTwice("", "a key");
  return false;
}

bool EventReader::FailMissing(unsigned present, unsigned nulls) {
  constexpr unsigned kHalves = 1u << kPrediction | 1u << kLabel;
  const auto fail = [&](std::string_view field, unsigned bits,
                        std::string message) {
    if ((nulls & bits) != 0) {
      message += "; null is the same as a missing field";
    }
    return Fail(Reject::kMissingField, field, std::move(message));
  };
  if ((present >> kModel & 1) == 0) {
    return fail("model", 1u << kModel, "model is missing");
  }
  if ((present & kHalves) == 0) {
    return fail("prediction", kHalves,
                "an event needs a prediction, a label or both");
  }
  return fail("id", 1u << kId | kHalves,
              "id is missing: only an event with both prediction and label "
              "needs none");
}

bool EventReader::FailType(std::string_view field, std::string_view wanted) {
  return Fail(Reject::kWrongType, field,
              std::string(field) + " must be " + std::string(wanted));
}

bool EventReader::FailUnlessNull(std::string_view field,
                                 std::string_view wanted, Element value) {
  return !value.is_null() && FailType(field, wanted);
}

// Explains why `text` is not a name.
bool EventReader::FailName(std::string_view field, std::string_view text) {
  const std::string name(field);
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

bool EventReader::FailTimestamp(const std::string& shown) {
  return Fail(Reject::kOutOfRange, "timestamp",
              "timestamp is " + shown +
                  ", not in seconds, milliseconds, microseconds or "
                  "nanoseconds since 1970");
}

bool EventReader::FailTimestampText(std::string_view text, bool is_time) {
  if (is_time) {
    return Fail(Reject::kOutOfRange, "timestamp", "timestamp is before 1970");
  }
  return Fail(Reject::kWrongType, "timestamp",
              "timestamp is " + Quoted(text) +
                  ", neither an RFC 3339 time such as 2026-11-24T03:00:00Z "
                  "nor Unix time of 9, 10, 13, 16 or 19 digits");
}

bool EventReader::FailFuture(int64_t timestamp_us) {
  return Fail(
      Reject::kFutureTimestamp, "timestamp",
      "timestamp is " + std::to_string((timestamp_us - now_us_) / 1'000'000) +
          " s ahead of this server's clock, more than limits.future allows");
}

bool EventReader::Fail(Reject reject, std::string_view field,
                       std::string message) {
  repeats_key_ = false;
  error_.reject = reject;
  error_.field = CutText(field, kLongestName);
  error_.message = std::move(message);
  return false;
}

}  // namespace plumbline
