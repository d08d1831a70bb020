#include "core/drift/reference_sketch.h"

#include <algorithm>

#include "core/codec/archive.h"

namespace plumbline {

void ReferenceSketch::Add(const DriftValue& value) {
  if (const auto* number = std::get_if<double>(&value)) {
    numbers_.Add(*number);
    return;
  }
  const auto* text = std::get_if<std::string_view>(&value);
  if (text == nullptr) {
    ++missing_;
    return;
  }
  ++texts_;
  const auto known =
      std::find_if(categories_.begin(), categories_.end(),
                   [text](const Category& c) { return c.text == *text; });
  if (known != categories_.end()) {
    ++known->count;
  } else if (categories_.size() < kCategories) {
    categories_.push_back({std::string(*text), 1});
  }
}

std::pair<Bins, std::vector<uint64_t>> ReferenceSketch::Freeze() const {
  Bins bins;
  std::vector<uint64_t> counts;
  bins.numeric = numbers_.count() >= texts_;
  uint64_t others = numbers_.count();
  if (bins.numeric) {
    NumericSketch::Quantiles split = numbers_.Split(kNumericBins);
    bins.edges = std::move(split.edges);
    counts = std::move(split.counts);
    others = texts_;
  } else {
    others += texts_;
    for (const Category& category : categories_) {
      bins.categories.push_back(category.text);
      counts.push_back(category.count);
      others -= category.count;
    }
  }
  counts.push_back(others);
  counts.push_back(missing_);
  return {std::move(bins), std::move(counts)};
}

template <class Archive>
void ReferenceSketch::Do(Archive& archive) {
  numbers_.Do(archive);
  for (auto n = DoCount(archive, categories_.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) categories_.emplace_back();
    archive.Text(categories_[i].text);
    archive.Do(categories_[i].count);
  }
  archive.Do(texts_);
  archive.Do(missing_);
  if constexpr (Archive::kLoads) {
    if (categories_.size() > kCategories) archive.Fail();
  }
}

int64_t ReferenceSketch::MostBytes() {
  // Of each category, with the string's own memory.
  constexpr int64_t kName = 192;
  return NumericSketch::MostBytes() + static_cast<int64_t>(kCategories) * kName;
}

template void ReferenceSketch::Do(Save&);
template void ReferenceSketch::Do(Load&);

}  // namespace plumbline
