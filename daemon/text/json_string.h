// Text as a JSON string.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// Appends `text` in quotes. Escapes control characters, and replaces bytes that
// are not UTF-8 by U+FFFD.
void AppendJsonString(std::string_view text, std::string* out);

// The size of the UTF-8 character at the beginning of `text`; 0 if it is not
// valid.
size_t CharacterLength(std::string_view text);

// The longest prefix of `text` with at most `most` bytes that splits no
// character.
std::string_view CutText(std::string_view text, size_t most);

}  // namespace plumbline
