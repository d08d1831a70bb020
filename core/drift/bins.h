// Bins: what values of one variable are counted in, once its reference says
// which ones there are (core/drift/reference_sketch.h).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plumbline {

// A number, a text, or missing.
using DriftValue = std::variant<std::monostate, double, std::string_view>;

// The parts of a reference by number: deciles. With both ends of numbers that
// are more than a tenth that makes up to 20 bins.
inline constexpr uint64_t kNumericBins = 10;
// Texts that have a bin of their own; the first that occur.
inline constexpr size_t kCategories = 22;
// The most of one variable: with what is no such value, and what is missing.
inline constexpr uint32_t kMostBins = kCategories + 2;

struct Bins {
  bool numeric = false;
  std::vector<double> edges;            // of numbers: the last of each bin
  std::vector<std::string> categories;  // of texts

  // Of values, then one of others, and one of what is missing.
  uint32_t size() const { return values() + 2; }
  uint32_t values() const {
    return static_cast<uint32_t>(numeric ? edges.size() + 1
                                         : categories.size());
  }
  uint32_t Find(const DriftValue& value) const;

  template <class Archive>
  void Fields(Archive& archive);
};

}  // namespace plumbline
