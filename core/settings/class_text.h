// The canonical spelling of a class, for events, configuration, tools and
// queries.
//
// ASCII white space at both ends is removed. A point with only zeros behind it
// is removed from an integer: "1.0" becomes "1". `True`, `TRUE`, `False` and
// `FALSE` become `true` and `false`. Leading zeros stay: "007" differs from
// "7".

#pragma once

#include <string_view>

namespace plumbline {

// The canonical spelling of `text`. The result is a part of `text` or a
// constant.
std::string_view CanonicalClass(std::string_view text);

// Within a model `true` and `1` are the same class, and so are `false` and `0`.
// Returns the other canonical spelling, or an empty text if there is none.
std::string_view OtherSpelling(std::string_view canonical);
// True if both are the same class of a model. REQUIRES: both are canonical.
bool IsSameClass(std::string_view a, std::string_view b);

}  // namespace plumbline
