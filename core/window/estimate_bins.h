// EstimateBins: the keys that scores are counted by to estimate quality
// (core/estimate/). A key has a field (the class of the score), one of 124
// bins, and whether the class was predicted.
//
// Bins are steps of 1/64 between 1/32 and 31/32. Towards 0 and 1 each halving
// of the distance has two bins, down to 2^-20. Smaller distances share one bin,
// and exactly 0 and exactly 1 have one bin each. All slots have the same bins,
// so results learnt from one slot apply to others. Neighbours merge only if
// more bins occur than a slot has room for: first those of classes that were
// not predicted, where only the sum matters, and last those of predicted
// classes.

#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace plumbline {

struct EstimateBins {
  using Key = uint16_t;
  static constexpr uint64_t kMixed = 0;

  static constexpr uint32_t kBins = 124;
  // A score belongs to the positive class, or to one of the first classes.
  static constexpr uint32_t kPositiveClass = 0;
  static constexpr uint32_t kClasses = 32;
  static constexpr uint32_t FieldOf(uint32_t class_index) {
    return class_index + 1;
  }

  struct Place {
    uint32_t field;
    uint32_t bin;
    bool predicted;
  };
  static constexpr uint32_t KeyOf(const Place& place) {
    return 2 + 2 * (place.field * kBins + place.bin) +
           (place.predicted ? 1 : 0);
  }
  static constexpr Place PlaceOf(uint32_t key) {
    const uint32_t cell = (key - 2) / 2;
    return {cell / kBins, cell % kBins, key % 2 != 0};
  }
  // The key of the same bin of another class.
  static constexpr uint32_t OfClass(uint32_t key, uint32_t class_index) {
    Place place = PlaceOf(key);
    place.field = FieldOf(class_index);
    return KeyOf(place);
  }
  // The class scores of an observation count under this key once, whatever they
  // are.
  static constexpr uint32_t kAll = 1;
  // An upper bound (exclusive) of the keys of the first `fields` fields.
  static constexpr uint32_t KeysOf(uint32_t fields) {
    return KeyOf({fields, 0, false});
  }

  // Bins ascend with scores. REQUIRES: 0 <= score <= 1.
  static uint32_t BinOf(double score) {
    return score < 0.5 ? FromEnd(score) : kBins - 1 - FromEnd(1 - score);
  }
  // The middle of a bin.
  static double MiddleOf(uint32_t bin) {
    const bool low = bin < kBins / 2;
    const uint32_t from_end = low ? bin : kBins - 1 - bin;
    const double middle = (LowerEdge(from_end) + LowerEdge(from_end + 1)) / 2;
    return low ? middle : 1 - middle;
  }

  static constexpr uint32_t Merged(uint32_t key, uint32_t level) {
    if (level == 0 || key == kAll) return key;
    const Place place = PlaceOf(key);
    return KeyOf({place.field, GroupOf(place, level).first, place.predicted});
  }
  // The bins that merge with this one at a level.
  struct Group {
    uint32_t first;
    uint32_t last;
    uint32_t size() const { return last - first + 1; }
  };
  static constexpr Group GroupOf(const Place& place, uint32_t level) {
    const uint32_t shift = place.predicted
                               ? (level > kWhole ? level - kWhole : 0)
                               : (level < kWhole ? level : kWhole);
    // 0 and 1 stay alone.
    if (place.bin == 0 || place.bin == kBins - 1) return {place.bin, place.bin};
    const uint32_t first = ((place.bin - 1) >> shift << shift) + 1;
    const uint32_t last = first + (1U << shift) - 1;
    return {first, last < kBins - 2 ? last : kBins - 2};
  }
  // At this level all bins of a field are merged, except 0 and 1. Bins of
  // predicted classes stay apart from the others.
  static constexpr uint32_t kMostLevel = 14;
  static uint32_t NextLevel(uint32_t level, const std::vector<uint32_t>&) {
    return level + 1;
  }

 private:
  static constexpr uint32_t kWhole = 7;  // all bins are one
  static_assert(kMostLevel == 2 * kWhole);
  static constexpr int kLeast = -20;
  static constexpr int kLinear = -5;
  static constexpr uint32_t kHalvings = 2 * (kLinear - kLeast);
  static constexpr uint32_t kSteps = 30;
  static_assert(2 * (2 + kHalvings + kSteps) == kBins);

  static uint32_t FromEnd(double distance) {
    if (distance >= 0x1p-5) {
      const auto step = static_cast<uint32_t>((distance - 0x1p-5) * 64);
      return 2 + kHalvings + (step < kSteps ? step : kSteps - 1);
    }
    if (distance <= 0) return 0;
    if (distance < 0x1p-20) return 1;
    const int halving = std::ilogb(distance);  // 2^halving <= distance
    const bool upper = distance >= std::ldexp(1.5, halving);
    return 2 + 2 * static_cast<uint32_t>(halving - kLeast) + (upper ? 1 : 0);
  }
  // The lower edge of a bin, as a distance from 0 or 1.
  static double LowerEdge(uint32_t from_end) {
    if (from_end <= 1) return 0;
    if (from_end < 2 + kHalvings) {
      const uint32_t half = from_end - 2;
      return std::ldexp(half % 2 == 0 ? 1 : 1.5,
                        kLeast + static_cast<int>(half / 2));
    }
    return 0x1p-5 + (from_end - 2 - kHalvings) / 64.0;
  }
};

static_assert(EstimateBins::KeysOf(EstimateBins::kClasses + 1) <= UINT16_MAX);

// Two counts of pairs in one counter: the upper 32 bits count pairs whose label
// is the scored class (up to 2^31), the lower 32 bits the others (up to 2^32).
struct JudgedCount {
  static constexpr int64_t kPositive = int64_t{1} << 32;
  static constexpr int64_t kNegative = 1;
  static uint64_t Positives(uint64_t count) { return count >> 32; }
  static uint64_t Negatives(uint64_t count) { return count & 0xffffffff; }
};

}  // namespace plumbline
