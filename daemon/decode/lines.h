// The lines of a body, and the formats told by them.

#pragma once

#include <string_view>

#include "daemon/decode/body.h"

namespace plumbline {

// Without white space at its ends.
std::string_view Trim(std::string_view text);

// Cuts the first line off `rest`, without its end.
std::string_view TakeLine(std::string_view* rest);

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
std::string_view WithoutByteOrderMark(std::string_view text);

// The format of a body whose type says nothing: lines, if a second object
// follows the first on a new line.
BodyFormat GuessFormat(std::string_view body);

}  // namespace plumbline
