// Finds the existing names that an unknown name may mean.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline {

// Up to `most` of `names`, the nearest first, by edit distance. Letter case and
// missing characters at the end count for little.
std::vector<std::string> NearestNames(std::string_view text,
                                      const std::vector<std::string>& names,
                                      size_t most = 3);

// The nearest name if few edits lead to it, else empty.
std::string CloseName(std::string_view text,
                      const std::vector<std::string>& names);

// For the end of a message: `; the nearest: "accuracy", "f1_macro"`, or empty
// if there are no names.
std::string NearestHint(std::string_view text,
                        const std::vector<std::string>& names);

// All names: `"5m", "1h"`.
std::string ListNames(const std::vector<std::string>& names);

}  // namespace plumbline
