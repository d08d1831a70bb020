// What can be seen of JSON without parsing it: for what simdjson refuses as a
// whole, or reads in one way only, and for records of an event log.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Behind the string that begins at `i`, or at the end.
size_t BehindString(std::string_view json, size_t i);

// True if a word is a number as JSON asks (RFC 8259, section 6), so that one
// that cannot be read can only be too large.
bool IsJsonNumber(std::string_view word);

// Of such numbers: one without a fraction and an exponent; whether 64 bits,
// signed or not, have such an integer; whether a double has it, about.
bool IsInteger(std::string_view number);
bool Fits64Bits(std::string_view integer);
bool FitsDouble(std::string_view number);

// The largest integer that no other one is as a double.
inline constexpr double kLargestExact = 9'007'199'254'740'991;  // 2^53 - 1

// NaN, Infinity or -Infinity, which Python's serializer writes.
bool IsNotANumber(std::string_view word);

// Escapes of half a surrogate replaced by that of U+FFFD.
std::string WithoutHalfSurrogates(std::string_view json);

// The first `most` elements of a JSON array, as text. Empty if it is no array.
// Does not check them: each is to be parsed.
std::vector<std::string_view> SplitArray(std::string_view json, size_t most);

// A field of an object. `value`: its text.
struct JsonField {
  std::string key;
  std::string_view value;
};
// Those of an object that is valid JSON, in order.
std::vector<JsonField> FieldsOf(std::string_view object);

// What a value says as text: a string without its quotes, any other as it is.
std::string TextOf(std::string_view value);

// What follows the object or array that `json` begins with; nullopt if that
// does not end, or is none.
std::optional<std::string_view> BehindFirstValue(std::string_view json);

}  // namespace plumbline
