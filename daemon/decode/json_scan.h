// What can be seen of JSON without parsing it: for what simdjson refuses as a
// whole, or reads in one way only, and for what is to be kept as it was sent.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// True if every number is written as JSON asks (RFC 8259, section 6), so that
// one that cannot be read can only be too large.
bool NumbersAreWellFormed(std::string_view json);

// Writes the integers of many digits in objects inside an object as doubles,
// which simdjson can read: they are carried, not computed with. What an event
// says itself, on the level of its fields, is left alone.
std::string WithNestedIntegersAsDoubles(std::string_view object);

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

// Appends valid JSON on one line.
void AppendOnOneLine(std::string_view json, std::string* out);

// What follows the object or array that `json` begins with; nothing if that
// does not end, or is none.
std::string_view BehindFirstValue(std::string_view json);

}  // namespace plumbline
