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
void ReferenceSketch::Fields(Archive& archive) {
  archive.Part("a reference that grows", [&] {
    archive.Field(1, [&] { numbers_.Fields(archive); });
    archive.Field(2, [&] {
      DoEach(archive, categories_, [&](Category& category) {
        archive.Text(category.text);
        archive.Do(category.count);
      });
    });
    archive.Field(3, texts_);
    archive.Field(4, missing_);
  });
  if constexpr (Archive::kLoads) {
    // Drops the newest categories: texts_ still counts them.
    if (categories_.size() > kCategories) categories_.resize(kCategories);
  }
}

int64_t ReferenceSketch::MostBytes() {
  // Bytes of each category, with the string's own memory.
  constexpr int64_t kName = 192;
  return NumericSketch::MostBytes() + static_cast<int64_t>(kCategories) * kName;
}

template void ReferenceSketch::Fields(Save&);
template void ReferenceSketch::Fields(Load&);

}  // namespace plumbline
