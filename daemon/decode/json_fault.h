// Finds where and why a text is not JSON. simdjson only says that it is not.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace plumbline {

struct JsonFault {
  size_t at = 0;       // offset of the first invalid position
  size_t element = 0;  // index in the outermost array, if there is one
  std::string what;    // a sentence without its full stop
};

// nullopt if `text` is JSON. Accepts NaN, Infinity and -Infinity as values.
// Checks neither the bytes of strings nor the size of numbers.
std::optional<JsonFault> FindJsonFault(std::string_view text);

// The offset of the first byte that is not valid UTF-8; the size if there is
// none.
size_t FirstInvalidByte(std::string_view text);

// "UTF-16LE", "UTF-16BE", "UTF-32LE" or "UTF-32BE" if `text` begins with a byte
// order mark of one of these, or with an ASCII character in it, as JSON does.
// Otherwise empty.
std::string_view WideEncodingOf(std::string_view text);

}  // namespace plumbline
