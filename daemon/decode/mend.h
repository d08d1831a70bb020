// A second look at an event that JSON's grammar, or simdjson, does not take,
// though it is clear what was meant. Only for what could not be parsed.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/body.h"
#include "daemon/decode/event_fields.h"

namespace plumbline {

struct MendedEvent {
  std::string text;                    // to be parsed instead
  bool changed = false;                // it is not the text that was sent
  std::vector<EventWarning> warnings;  // without their index
  std::vector<LeftOutEntry> left_out;
  // A field that decides about the event and cannot be mended, if there is one:
  std::string half_surrogate;  // has half a surrogate
  std::string large_number;    // is a number beyond 64 bits and doubles
};

// - NaN, Infinity and -Infinity are null. One warning tells the first.
// - Half a surrogate is U+FFFD.
// - An integer beyond 64 bits is text as an id, a version or a segment, and a
//   double inside other objects.
// - A number beyond a double is null inside `metadata`, and left out of
//   `features` and `segments` with a warning.
MendedEvent MendEvent(std::string_view event);

}  // namespace plumbline
