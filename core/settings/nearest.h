// Which of the names that there are is meant by one that there is not.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Up to `most` of `names`, the nearest first, by the edits that make one of the
// other. Letter case counts for little, and so does what is missing at the end.
std::vector<std::string> NearestNames(std::string_view text,
                                      const std::vector<std::string>& names,
                                      size_t most = 3);

// The nearest, if few edits make one of the other; else, or without names,
// empty.
std::string CloseName(std::string_view text,
                      const std::vector<std::string>& names);

// For the end of a message: `; the nearest: "accuracy", "f1_macro"`, or nothing
// if there are no names.
std::string NearestHint(std::string_view text,
                        const std::vector<std::string>& names);

// All of them: `"5m", "1h"`.
std::string ListNames(const std::vector<std::string>& names);

}  // namespace plumbline
