#include "core/estimate/scored_cells.h"

#include <algorithm>
#include <array>

#include "core/window/estimate_bins.h"

namespace plumbline {
namespace {

// Sums the cells of one class.
class CellSums {
 public:
  // Spreads a count of several bins evenly over them.
  void Add(const EstimateBins::Place& place, uint32_t level, uint64_t count,
           bool judged) {
    const auto group = EstimateBins::GroupOf(place, level);
    const auto positives =
        judged ? static_cast<double>(JudgedCount::Positives(count)) : 0;
    const auto all =
        judged ? positives + static_cast<double>(JudgedCount::Negatives(count))
               : static_cast<double>(count);
    for (uint32_t bin = group.first; bin <= group.last; ++bin) {
      ScoredCell& cell = cells_[2 * bin + (place.predicted ? 1 : 0)];
      cell.count += all / group.size();
      cell.positives += positives / group.size();
    }
    all_ += all;
  }
  // `all`: the number of predictions. Those that were not added had a score of
  // 0, and the class was neither predicted nor the label.
  ScoredCells Take(double all) {
    cells_[0].count += std::max(all - all_, 0.0);
    ScoredCells cells;
    for (uint32_t i = 0; i < cells_.size(); ++i) {
      if (cells_[i].count <= 0) continue;
      cells.push_back(cells_[i]);
      cells.back().bin = i / 2;
      cells.back().predicted = i % 2 != 0;
    }
    return cells;
  }

 private:
  std::array<ScoredCell, size_t{2} * EstimateBins::kBins> cells_{};
  double all_ = 0;
};

}  // namespace

ScoredCells CellsOfPositive(const SparseCounts& counts, bool judged) {
  CellSums sums;
  for (const auto& [key, count] : counts.entries) {
    if (key == EstimateBins::kAll) continue;
    sums.Add(EstimateBins::PlaceOf(key), counts.level, count, judged);
  }
  return sums.Take(0);
}

std::vector<ScoredCells> CellsOfClasses(const SparseCounts& counts, bool judged,
                                        size_t classes) {
  std::vector<CellSums> sums(classes);
  double all = 0;
  for (const auto& [key, count] : counts.entries) {
    if (key == EstimateBins::kAll) {
      all += static_cast<double>(count);
      continue;
    }
    const EstimateBins::Place place = EstimateBins::PlaceOf(key);
    if (place.field < 1 || place.field > classes) continue;
    sums[place.field - 1].Add(place, counts.level, count, judged);
  }
  std::vector<ScoredCells> fields;
  fields.reserve(classes);
  for (CellSums& of_class : sums) fields.push_back(of_class.Take(all));
  return fields;
}

}  // namespace plumbline
