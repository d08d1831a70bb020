#include "core/drift/bins.h"

#include <algorithm>

#include "core/codec/archive.h"

namespace plumbline {

uint32_t Bins::Find(const DriftValue& value) const {
  const uint32_t others = values();
  if (std::holds_alternative<std::monostate>(value)) return others + 1;
  if (const auto* number = std::get_if<double>(&value)) {
    if (!numeric) return others;
    // They are few: to look at all is faster than to guess where to look.
    uint32_t bin = 0;
    for (const double edge : edges) bin += edge < *number ? 1 : 0;
    return bin;
  }
  if (numeric) return others;
  return static_cast<uint32_t>(std::find(categories.begin(), categories.end(),
                                         std::get<std::string_view>(value)) -
                               categories.begin());
}

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
void Bins::Do(Archive& archive) {
  archive.Do(numeric);
  DoList(archive, edges);
  for (auto n = DoCount(archive, categories.size()), i = uint64_t{0};
       i < n && archive.ok(); ++i) {
    if constexpr (Archive::kLoads) categories.emplace_back();
    archive.Text(categories[i]);
  }
  if constexpr (Archive::kLoads) {
    if (size() > kMostBins) archive.Fail();
  }
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

template void Bins::Do(Save&);
template void Bins::Do(Load&);
template void ReferenceSketch::Do(Save&);
template void ReferenceSketch::Do(Load&);

}  // namespace plumbline
