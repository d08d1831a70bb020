#include "core/estimate/score_means.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/codec/archive.h"

namespace plumbline {

void ScoreMeans::Field::Publish(uint32_t bin) {
  // Relaxed: it publishes only itself.
  means[bin].store(
      of.counts[bin] > 0 ? of.sums[bin] / of.counts[bin] : MiddlesOfBins()[bin],
      std::memory_order_relaxed);
}

void ScoreMeans::Add(uint32_t field, uint32_t bin, double score) {
  while (field >= fields()) fields_.Append(std::make_unique<Field>(Sums{}));
  Field& to = *fields_.Get()[field];
  double& sum = to.of.sums[bin];
  double& count = to.of.counts[bin];
  if (count >= kMostCount) {
    sum /= 2;
    count /= 2;
  }
  sum += score;
  ++count;
  to.Publish(bin);
}

BinValues ScoreMeans::Of(uint32_t field) const {
  const auto& fields = fields_.Get();
  if (field >= fields.size()) return MiddlesOfBins();
  BinValues means;
  for (size_t i = 0; i < means.size(); ++i) {
    means[i] = fields[field]->means[i].load(std::memory_order_relaxed);
  }
  return means;
}

void ScoreMeans::Clear(uint32_t field) {
  if (field >= fields()) return;
  Field& cleared = *fields_.Get()[field];
  cleared.of = {};
  for (uint32_t bin = 0; bin < EstimateBins::kBins; ++bin) cleared.Publish(bin);
}

int64_t ScoreMeans::MostBytes(uint32_t fields) {
  return int64_t{2} * fields * static_cast<int64_t>(sizeof(Sums));
}

// True if the means are scores from 0 to 1.
bool ScoreMeans::HasMeans(const Sums& of) {
  for (uint32_t bin = 0; bin < EstimateBins::kBins; ++bin) {
    if (!(of.sums[bin] >= 0 && of.sums[bin] <= of.counts[bin] &&
          of.counts[bin] <= kMostCount)) {
      return false;
    }
  }
  return true;
}

template <class Archive>
void ScoreMeans::Fields(Archive& archive) {
  // The positive class, and the first classes.
  constexpr size_t kMostFields = EstimateBins::kClasses + 1;
  std::vector<Sums> all;
  for (const Field* field : fields_.Get()) all.push_back(field->of);
  DoList(archive, all);
  if constexpr (Archive::kLoads) {
    if (!std::all_of(all.begin(), all.end(), HasMeans)) return archive.Fail();
    // Drops classes beyond the limit of this build.
    if (all.size() > kMostFields) all.resize(kMostFields);
    for (const Sums& sums : all) {
      fields_.Append(std::make_unique<Field>(sums));
    }
  }
}

template void ScoreMeans::Fields(Save&);
template void ScoreMeans::Fields(Load&);

}  // namespace plumbline
