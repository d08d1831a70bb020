// Splits a body into lines, and guesses its format.

#pragma once

#include <string_view>

#include "daemon/decode/body.h"

namespace plumbline {

// Removes white space at both ends.
std::string_view Trim(std::string_view text);

// Cuts the first line off `rest`. Returns it without its line end.
std::string_view TakeLine(std::string_view* rest);

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
std::string_view WithoutByteOrderMark(std::string_view text);

// The format of a body without a known type: lines, if a second object follows
// the first on a new line.
BodyFormat GuessFormat(std::string_view body);

}  // namespace plumbline
