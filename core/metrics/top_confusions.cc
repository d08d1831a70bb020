// A count-min sketch of the pairs off the diagonal (G. Cormode and S.
// Muthukrishnan, "An Improved Data Stream Summary: The Count-Min Sketch and its
// Applications", Journal of Algorithms 55, 2005). Each of four rows counts a
// pair in one counter, which the pair shares with others. The least of the four
// is too high by at most e / 256 of all counts, with a probability of 1 - e^-4.
// The counters are sums, so pairs that leave a window are subtracted.
//
// Pairs that the matrix counted before there were too many classes are added
// when the sketch is read: corrections and evictions subtract them from the
// sketch.
//
// A pair occurs at most as often as its label was missed, and as its prediction
// was wrong. This bounds a count, and lets the search skip pairs.

#include "core/metrics/top_confusions.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/metrics/confusion.h"
#include "core/metrics/statistic.h"
#include "core/sync/atomics.h"
#include "core/window/window_delta.h"

namespace plumbline {
namespace {

constexpr uint32_t kRows = 4;
constexpr uint32_t kWidth = 256;
constexpr uint32_t kCells = kRows * kWidth;
constexpr size_t kShown = 20;

uint32_t CellOfMiss(uint32_t row, uint32_t actual, uint32_t predicted) {
  // Multiplies by odd numbers and takes the upper bits (M. Dietzfelbinger et
  // al., "A Reliable Randomized Algorithm for the Closest-Pair Problem", 1997).
  constexpr std::array<uint64_t, kRows> kMultipliers = {
      0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb,
      0xd6e8feb86659fd93};
  const uint64_t pair = (uint64_t{actual} << 32 | predicted) + 1;
  return row * kWidth + static_cast<uint32_t>(pair * kMultipliers[row] >> 56);
}

void Count(const Counting&, const Observation& o, CellChangeList* list) {
  if (o.actual() == o.predicted()) return;
  for (uint32_t row = 0; row < kRows; ++row) {
    list->Add(Section::kMisses, kCells,
              CellOfMiss(row, o.actual(), o.predicted()), 1);
  }
}

class Sketch {
 public:
  explicit Sketch(const SlotCounts& counts)
      : cells_(counts.of(Section::kMisses)) {
    cells_.resize(kCells);
    for (uint32_t a = 0; CellOf(a, 0) < counts.matrix.size(); ++a) {
      for (uint32_t p = 0; CellOf(a, p) < counts.matrix.size(); ++p) {
        if (a == p) continue;
        for (uint32_t row = 0; row < kRows; ++row) {
          cells_[CellOfMiss(row, a, p)] += counts.matrix[CellOf(a, p)];
        }
      }
    }
  }

  uint64_t MostOf(uint32_t actual, uint32_t predicted) const {
    uint64_t least = UINT64_MAX;
    for (uint32_t row = 0; row < kRows; ++row) {
      least = std::min(least, cells_[CellOfMiss(row, actual, predicted)]);
    }
    return least;
  }

 private:
  std::vector<uint64_t> cells_;
};

// Classes by a count, largest first, without those of 0.
template <class CountOf>
std::vector<uint32_t> ByCount(size_t classes, CountOf count_of) {
  std::vector<uint32_t> order(classes);
  std::iota(order.begin(), order.end(), 0);
  std::erase_if(order, [&](uint32_t c) { return count_of(c) == 0; });
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return count_of(a) > count_of(b);
  });
  return order;
}

// Keeps the smallest at the front of the heap.
bool IsLarger(const Miss& a, const Miss& b) {
  return a.observations > b.observations;
}

void AppendNothing(const FigureInput&, FigureList*) {}

}  // namespace

std::vector<Miss> TopConfusions(const FigureInput& input) {
  std::vector<Miss> top;
  if (input.has_matrix || input.task != Task::kClassification) return top;
  const auto confusion = Confusion::Of(input.counts, input.classes.size());
  const auto& classes = confusion.classes;
  // The sketch counts spellings, which cannot be merged.
  if (input.merges_classes) return {};
  const auto missed = [&](uint32_t c) {
    return classes[c].actual - classes[c].true_positives;
  };
  const auto wrong = [&](uint32_t c) {
    return classes[c].predicted - classes[c].true_positives;
  };
  const Sketch sketch(input.counts);
  const auto by_wrong = ByCount(classes.size(), wrong);
  for (const uint32_t actual : ByCount(classes.size(), missed)) {
    for (const uint32_t predicted : by_wrong) {
      const uint64_t most = std::min(missed(actual), wrong(predicted));
      // All further pairs are at most as large.
      if (top.size() == kShown && most <= top.front().observations) break;
      if (actual == predicted) continue;
      const uint64_t n = std::min(most, sketch.MostOf(actual, predicted));
      if (n == 0) continue;
      if (top.size() == kShown) {
        if (n <= top.front().observations) continue;
        std::pop_heap(top.begin(), top.end(), IsLarger);
        top.pop_back();
      }
      top.push_back({actual, predicted, n});
      std::push_heap(top.begin(), top.end(), IsLarger);
    }
  }
  std::sort(top.begin(), top.end(), [](const Miss& a, const Miss& b) {
    if (a.observations != b.observations) return IsLarger(a, b);
    return a.actual != b.actual ? a.actual < b.actual
                                : a.predicted < b.predicted;
  });
  return top;
}

extern const Statistic kTopConfusionStatistic;
const Statistic kTopConfusionStatistic = {
    .families = {},
    .append = AppendNothing,
    .applies =
        [](const ModelTraits& traits) {
          return traits.task == Task::kClassification &&
                 traits.classes > traits.matrix_classes;
        },
    .count = Count,
    .slot_bytes = [](const ModelTraits&,
                     int64_t) { return Block<StdAtomics>::HeapBytes(kCells); },
};

}  // namespace plumbline
