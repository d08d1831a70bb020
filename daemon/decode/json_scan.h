// Scans JSON without parsing it: for text that simdjson rejects as a whole or
// reads in one way only, and for records of an event log.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// The offset after the string that begins at `i`, or the end of the text.
size_t BehindString(std::string_view json, size_t i);

// True if a word is a JSON number (RFC 8259, section 6). If such a word cannot
// be read, it is too large.
bool IsJsonNumber(std::string_view word);

// For such numbers: true if there is no fraction and no exponent; if the
// integer fits into 64 bits, signed or unsigned; if a double can hold it
// approximately.
bool IsInteger(std::string_view number);
bool Fits64Bits(std::string_view integer);
bool FitsDouble(std::string_view number);

// The largest integer that shares its double with no other integer.
inline constexpr double kLargestExact = 9'007'199'254'740'991;  // 2^53 - 1

// True for NaN, Infinity and -Infinity, which Python's serializer writes.
bool IsNotANumber(std::string_view word);

// Replaces escapes of unpaired surrogates by that of U+FFFD.
std::string WithoutHalfSurrogates(std::string_view json);

// The first `most` elements of a JSON array, as unchecked text. Empty if it is
// not an array.
std::vector<std::string_view> SplitArray(std::string_view json, size_t most);

// A field of an object. `value` is JSON text.
struct JsonField {
  std::string key;
  std::string_view value;
};
// The fields of a valid JSON object, in order.
std::vector<JsonField> FieldsOf(std::string_view object);

// A value as text: a string without its quotes, any other unchanged.
std::string TextOf(std::string_view value);

// The text after the object or array that `json` begins with; nullopt if there
// is none, or if it does not end.
std::optional<std::string_view> BehindFirstValue(std::string_view json);

}  // namespace plumbline
