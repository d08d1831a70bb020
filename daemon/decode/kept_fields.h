// What of an event's text is carried on: what decoding takes of it.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/json_scan.h"

namespace plumbline {

// The fields of an event that was taken, in order: valid JSON, none of them
// null, and what accompanies it only if it is an object.
class KeptFields {
 public:
  // `event` must outlive it.
  explicit KeptFields(std::string_view event);
  KeptFields(const KeptFields&) = delete;
  KeptFields& operator=(const KeptFields&) = delete;

  const std::vector<JsonField>& fields() const { return fields_; }

 private:
  std::string mended_;  // what the fields are views of, if not of the event
  std::vector<JsonField> fields_;
};

// The entries of `features` or `segments` that are left where others were left
// out; nullopt where none was.
std::optional<std::vector<JsonField>> EntriesLeft(const JsonField& field);

}  // namespace plumbline
