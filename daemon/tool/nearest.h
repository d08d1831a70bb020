// What was meant by a name that is not there.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Of `names` the ones most like `name`, the nearest first, three at most: those
// that are a few typing errors away, or begin as it does. Case does not count.
std::vector<std::string> Nearest(std::string_view name,
                                 const std::vector<std::string>& names);

// "did you mean a or b?"; if none is near "there are a, b, c" with the first
// ones, or `none` if there are no names.
std::string Suggestion(std::string_view name,
                       const std::vector<std::string>& names,
                       const std::string& none);

}  // namespace plumbline
