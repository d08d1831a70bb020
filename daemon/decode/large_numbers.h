// Numbers that are JSON, but fit neither 64 bits nor a double. simdjson refuses
// a whole document for one; here it costs only the event that it is in.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace plumbline {

// True if every number is written as JSON asks (RFC 8259, section 6), so that
// one that cannot be read can only be too large.
bool NumbersAreWellFormed(std::string_view json);

// The first `most` elements of a JSON array, as text. Empty if it is no array.
// Does not check them: each is to be parsed.
std::vector<std::string_view> SplitArray(std::string_view json, size_t most);

}  // namespace plumbline
