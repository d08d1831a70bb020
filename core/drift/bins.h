// Bins: the bins of the values of one variable, which its reference decides
// (core/drift/reference_sketch.h).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace plumbline {

// A number, a text, or missing.
using DriftValue = std::variant<std::monostate, double, std::string_view>;

// Numbers are split at deciles. The edges around values with more than a tenth
// of all numbers add to these: up to 20 bins.
inline constexpr uint64_t kNumericBins = 10;
// The first texts that occur have a bin of their own.
inline constexpr size_t kCategories = 22;
// Upper limit of the bins of one variable, with the bins of other and of
// missing values.
inline constexpr uint32_t kMostBins = kCategories + 2;

struct Bins {
  bool numeric = false;
  std::vector<double> edges;            // upper ends of bins of numbers
  std::vector<std::string> categories;  // texts

  // Bins of values, then one of other values, and one of missing ones.
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
