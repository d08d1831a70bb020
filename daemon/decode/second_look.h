// SecondLook: handles an event that could not be parsed. Reads it as it was
// meant, or explains where and why that fails.

#pragma once

#include <simdjson.h>

#include <cstdint>
#include <new>
#include <string>
#include <string_view>

#include "daemon/decode/body.h"
#include "daemon/decode/event_reader.h"
#include "daemon/decode/shown.h"

namespace plumbline {

struct EventPlace {
  uint32_t index = 0;         // of the event in the body
  LineColumn begin = {1, 1};  // of its text in the body; line 0: unknown
};

// "event 2, line 3, column 17". `before`: the text from the beginning of
// `place` to the described position.
std::string Describe(const EventPlace& place, std::string_view before);

class SecondLook {
 public:
  SecondLook(simdjson::dom::parser* parser, EventReader* reader,
             DecodedBody* out)
      : parser_(*parser), reader_(*reader), out_(out) {}

  enum class Result {
    kRead,         // the event is in the batch
    kRejected,     // error() tells why
    kRepeatsKey,   // rejected for a repeated key
    kNotAnObject,  // rejected: no JSON, or not an object
  };
  Result Read(std::string_view text, const EventPlace& place);

  const EventError& error() const { return error_; }

 private:
  Result Explain(std::string_view text, simdjson::error_code error,
                 const std::string& large_number, const EventPlace& place);
  Result Refuse(Result result, Reject reject, std::string_view field,
                std::string message);

  simdjson::dom::parser& parser_;
  EventReader& reader_;
  DecodedBody* const out_;
  EventError error_;
};

// Running out of memory is no fault of the document.
inline void ThrowIfOutOfMemory(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC) throw std::bad_alloc();
}

}  // namespace plumbline
