#include "core/model/class_map.h"

#include <algorithm>
#include <utility>

#include "core/drift/reference.h"

namespace plumbline {
namespace {

// The side of a square matrix with this many cells, numbered by CellOf().
uint32_t SideOf(size_t cells) {
  uint32_t side = 0;
  while (size_t{side} * side < cells) ++side;
  return side;
}

void UniteMarginals(const ClassMap& map, std::vector<uint64_t>* marginals) {
  if (marginals->empty()) return;
  std::vector<uint64_t> united(map.shown_count * kMarginals);
  for (uint32_t i = 0; i < marginals->size(); ++i) {
    const uint32_t to = map.shown[i / kMarginals];
    united[to * kMarginals + i % kMarginals] += (*marginals)[i];
  }
  *marginals = std::move(united);
}

// Adds up the cells from `first` on, which are by class.
void UniteSection(const ClassMap& map, uint32_t first,
                  std::vector<uint64_t>* cells) {
  std::vector<uint64_t> united(cells->size());
  for (size_t i = 0; i < cells->size(); ++i) {
    const bool of_class = i >= first && i - first < map.shown.size();
    united[of_class ? first + map.shown[i - first] : i] += (*cells)[i];
  }
  *cells = std::move(united);
}

template <class KeyOf>
void UniteKeys(SparseCounts* counts, KeyOf key_of) {
  for (auto& entry : counts->entries) entry.first = key_of(entry.first);
}

}  // namespace

ClassMap ClassMap::Of(std::vector<uint32_t> representative) {
  ClassMap map;
  map.representative = std::move(representative);
  const auto count = static_cast<uint32_t>(map.representative.size());
  map.shown.resize(count);
  for (uint32_t c = 0; c < count; ++c) {
    if (map.representative[c] == c) map.shown[c] = map.shown_count++;
  }
  for (uint32_t c = 0; c < count; ++c) {
    map.shown[c] = map.shown[map.representative[c]];
  }
  return map;
}

void UniteMatrix(const ClassMap& map, std::vector<uint64_t>* cells) {
  const uint32_t side = SideOf(cells->size());
  uint32_t next = 0;
  for (uint32_t c = 0; c < side; ++c) next = std::max(next, map.shown[c] + 1);
  std::vector<uint64_t> united(size_t{next} * next);
  for (uint32_t actual = 0; actual < side; ++actual) {
    for (uint32_t predicted = 0; predicted < side; ++predicted) {
      united[CellOf(map.shown[actual], map.shown[predicted])] +=
          (*cells)[CellOf(actual, predicted)];
    }
  }
  *cells = std::move(united);
}

void UniteByClass(const ClassMap& map, std::vector<uint64_t>* counts) {
  std::vector<uint64_t> united;
  for (size_t c = 0; c < counts->size() && c < map.shown.size(); ++c) {
    if (map.shown[c] >= united.size()) united.resize(map.shown[c] + 1);
    united[map.shown[c]] += (*counts)[c];
  }
  *counts = std::move(united);
}

void UniteClasses(const ClassMap& map, SlotCounts* counts) {
  UniteMatrix(map, &counts->matrix);
  UniteMarginals(map, &counts->marginals);
  const auto section = [counts](Section s) -> std::vector<uint64_t>& {
    return counts->sections[static_cast<size_t>(s)];
  };
  UniteSection(map, 0, &section(Section::kPredicted));
  UniteSection(map, kClassScoreLabels, &section(Section::kClassScores));
  // The section counts pairs under hashes of their spellings.
  section(Section::kMisses).clear();
  const auto sparse = [counts](SparseSection s) {
    return &counts->sparse[static_cast<size_t>(s)];
  };
  UniteKeys(sparse(SparseSection::kClassScoreBins), [&map](uint32_t key) {
    return ClassScoreBins::WithClass(key,
                                     map.shown[ClassScoreBins::ClassOf(key)]);
  });
  for (const SparseSection s : {SparseSection::kPredictedClassScores,
                                SparseSection::kJudgedClassScores}) {
    UniteKeys(sparse(s), [&map](uint32_t key) {
      if (key == EstimateBins::kAll) return key;
      const uint32_t field = EstimateBins::PlaceOf(key).field;
      const uint32_t c = field - EstimateBins::FieldOf(0);
      return EstimateBins::OfClass(key, map.shown[c]);
    });
  }
}

}  // namespace plumbline
