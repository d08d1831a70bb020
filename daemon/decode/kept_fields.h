// What of an event's text is carried on: what decoding takes of it.

#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/json_scan.h"

namespace plumbline {

// The fields of an event that was taken, in order: valid JSON, none of them
// null, what accompanies it only if it is an object, and its names in the
// spelling that decoding takes.
class KeptFields {
 public:
  // `event` must outlive it.
  explicit KeptFields(std::string_view event);
  KeptFields(const KeptFields&) = delete;
  KeptFields& operator=(const KeptFields&) = delete;

  const std::vector<JsonField>& fields() const { return fields_; }

 private:
  // What the fields are views of, if not of the event.
  std::string mended_;
  std::array<std::string, 2> names_;  // the version, and the id
  std::vector<JsonField> fields_;
};

// What an `id` or `version` of an event that was taken is, as JSON: an integer
// however it was written (7.0 is 7), as a string beyond 64 bits.
std::string SpellingOfName(std::string_view value);

// The entries of `features` or `segments` that are left where others were left
// out; nullopt where none was.
std::optional<std::vector<JsonField>> EntriesLeft(const JsonField& field);

}  // namespace plumbline
