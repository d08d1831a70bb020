// Bodies decoded for tests.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/body.h"
#include "tests/support/catch.h"

namespace plumbline {

inline constexpr int64_t kNowUs = 1'700'000'000'000'000;

struct Decoded {
  BodyStatus status;
  DecodedBody body;
  std::string message;

  const Event& event(size_t i) const {
    REQUIRE(i < body.batch.events.size());
    return body.batch.events[i];
  }
  std::string_view Name(uint64_t name) const {
    return body.batch.names[static_cast<uint32_t>(name)];
  }
};

inline Decoded Decode(std::string text,
                      BodyFormat format = BodyFormat::kUnknown,
                      const DecodeLimits& limits = {}) {
  static const IdHasher hasher = IdHasher::Random();
  BodyDecoder decoder(&hasher);
  Decoded decoded;
  text.reserve(text.size() + BodyDecoder::Padding());
  decoded.status = decoder.Decode(text, format, limits, kNowUs, &decoded.body,
                                  &decoded.message);
  return decoded;
}

// Decodes one event, valid or not: as a line, in an array, and alone.
inline Decoded DecodeOne(const std::string& event,
                         const DecodeLimits& limits = {}) {
  Decoded decoded = Decode(event + "\n", BodyFormat::kNdjson, limits);
  REQUIRE(decoded.status == BodyStatus::kOk);
  CHECK(decoded.body.events == 1);
  return decoded;
}

// The reason for rejecting one event.
inline Reject Rejected(const std::string& event) {
  const Decoded decoded = DecodeOne(event);
  return decoded.body.errors.empty() ? Reject::kNone
                                     : decoded.body.errors[0].reject;
}

// An event with one more field.
inline std::string With(const std::string& field) {
  return R"({"model":"m","id":"a","prediction":"UP",)" + field + "}";
}

inline std::vector<std::string> FieldsWarnedOf(const Decoded& decoded,
                                               Warning warning) {
  std::vector<std::string> fields;
  for (const EventWarning& warned : decoded.body.warnings) {
    if (warned.warning == warning) fields.push_back(warned.field);
  }
  return fields;
}

}  // namespace plumbline
