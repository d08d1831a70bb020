// Mends events that are not valid JSON, or that simdjson rejects, if their
// meaning is clear. Called only for text that could not be parsed.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/body.h"
#include "daemon/decode/event_fields.h"

namespace plumbline {

struct MendedEvent {
  std::string text;                    // the text to parse
  bool changed = false;                // `text` differs from the text sent
  std::vector<EventWarning> warnings;  // without their index
  std::vector<LeftOutEntry> left_out;
  // A field that decides about the event and cannot be mended, if any:
  std::string half_surrogate;  // it has half a surrogate
  std::string large_number;    // it is a number beyond 64 bits and doubles
};

// - NaN, Infinity and -Infinity become null, with one warning for the first.
// - Half a surrogate becomes U+FFFD.
// - An integer beyond 64 bits becomes text as an id, a version or a segment,
//   and a double inside other objects.
// - A number beyond a double becomes null inside `metadata`. In `features` and
//   `segments` it is left out with a warning.
MendedEvent MendEvent(std::string_view event);

}  // namespace plumbline
