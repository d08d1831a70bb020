// Text as a JSON string.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// Appends `text` in quotes. Control characters are escaped, and bytes that are
// not UTF-8 are replaced by U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

// The bytes of the UTF-8 character that `text` begins with; 0 if it is none.
size_t CharacterLength(std::string_view text);

// The longest beginning of `text` of at most `most` bytes that does not cut a
// character.
std::string_view CutText(std::string_view text, size_t most);

}  // namespace plumbline
