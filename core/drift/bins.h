// Bins: what values of one variable are counted in, once its reference says
// which ones there are; and how the reference finds that out.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/drift/numeric_sketch.h"

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
  void Do(Archive& archive);
};

// Counts a variable while its reference lasts.
class ReferenceSketch {
 public:
  void Add(const DriftValue& value);
  uint64_t count() const { return numbers_.count() + texts_ + missing_; }

  // The bins, and how many values are in each. Numbers, unless there were more
  // texts.
  std::pair<Bins, std::vector<uint64_t>> Freeze() const;

  template <class Archive>
  void Do(Archive& archive);

 private:
  struct Category {
    std::string text;
    uint64_t count = 0;
  };

  NumericSketch numbers_;
  std::vector<Category> categories_;
  uint64_t texts_ = 0;  // in all
  uint64_t missing_ = 0;
};

}  // namespace plumbline
