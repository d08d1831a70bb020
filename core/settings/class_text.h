// The one spelling of a class, for events, configuration, tools and queries.
//
// White space (ASCII) at its ends is removed. The text of an integer with zeros
// behind the point is that integer: "1.0" is "1". `True`, `TRUE`, `False` and
// `FALSE` are `true` and `false`. Leading zeros stay: "007" is no "7".

#pragma once

#include <string_view>

namespace plumbline {

// The canonical spelling of `text`: a part of it, or a constant.
std::string_view CanonicalClass(std::string_view text);

// Within a model `true` and `1` are one class, and `false` and `0`: the other
// spelling of a canonical one, or nothing where there is none.
std::string_view OtherSpelling(std::string_view canonical);
// Of canonical spellings, within a model.
bool IsSameClass(std::string_view a, std::string_view b);

}  // namespace plumbline
