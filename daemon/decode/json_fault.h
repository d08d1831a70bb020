// Where and why a text is no JSON, for the one who wrote it. simdjson only says
// that it is none.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

struct JsonFault {
  size_t at = 0;       // offset of the first place that cannot be JSON
  size_t element = 0;  // of the outermost array, if the text is one
  std::string what;    // a sentence without its end
};

// nullopt if `text` is JSON. NaN, Infinity and -Infinity are taken for values;
// the bytes of strings, and the size of numbers, are not looked at.
std::optional<JsonFault> FindJsonFault(std::string_view text);

// The offset of the first byte that is no UTF-8; the size if there is none.
size_t FirstInvalidByte(std::string_view text);

// "UTF-16LE", "UTF-16BE", "UTF-32LE" or "UTF-32BE" if `text` begins in one of
// these, with a byte order mark, or without one with ASCII, as JSON does; else
// empty.
std::string_view WideEncodingOf(std::string_view text);

}  // namespace plumbline
