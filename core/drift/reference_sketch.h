// ReferenceSketch: counts the values of a variable while its reference grows,
// and then decides its bins.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/drift/bins.h"
#include "core/drift/numeric_sketch.h"

namespace plumbline {

class ReferenceSketch {
 public:
  void Add(const DriftValue& value);
  uint64_t count() const { return numbers_.count() + texts_ + missing_; }

  // The bins and their counts. The bins are of numbers, unless there were more
  // texts.
  std::pair<Bins, std::vector<uint64_t>> Freeze() const;

  static int64_t MostBytes();

  template <class Archive>
  void Fields(Archive& archive);

 private:
  struct Category {
    std::string text;
    uint64_t count = 0;
  };

  NumericSketch numbers_;
  std::vector<Category> categories_;
  uint64_t texts_ = 0;  // all texts
  uint64_t missing_ = 0;
};

}  // namespace plumbline
