// ScoreBins: scores counted by value, as finely as memory allows.
//
// There are some 47,000 bins: steps of 1/16,384 between 1/32 and 31/32. Towards
// 0 and 1 each halving of the distance has 512 steps, below 2^-13 it has 128,
// below 2^-40 it has 8. Exactly 0 and exactly 1 have bins of their own. So
// scores of up to four decimals are told apart, and so are scores close to 0 or
// 1.
//
// A slot has room for some 100 occupied bins. When more are needed, all bins
// within one step of twice the width merge, and so on. The bins stay fine for
// few values, and some 50 to 100 remain for many, wherever they lie.
//
// A counter holds two counts of pairs: the upper 31 bits count those with a
// positive label, the lower 32 bits those with a negative one.

#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace plumbline {

struct ScoreBins {
  using Key = uint16_t;
  static constexpr uint64_t kMixed = uint64_t{1} << 63;
  static constexpr uint32_t kMostLevel = 16;  // all bins but 0 and 1 are merged
  static constexpr int64_t kPositive = int64_t{1} << 32;
  static constexpr int64_t kNegative = 1;

  static uint64_t Positives(uint64_t count) { return (count & ~kMixed) >> 32; }
  static uint64_t Negatives(uint64_t count) { return count & 0xffffffff; }
  static bool IsMixed(uint64_t count) { return (count & kMixed) != 0; }

  // Keys ascend with scores. REQUIRES: 0 <= score <= 1.
  static uint32_t KeyOf(double score) {
    if (score <= 0) return kZero;
    if (score >= 1) return kOne;
    const uint32_t from_end = PlaceOf(score < 0.5 ? score : 1 - score);
    return score < 0.5 ? kZero + 1 + from_end : kOne - 1 - from_end;
  }

  // The result is less than 2^16.
  static uint32_t Merged(uint32_t key, uint32_t level) {
    if (key == kZero) return 0;
    if (key == kOne) return 0xffff;
    return (key >> level) + 1;
  }
  static uint32_t NextLevel(uint32_t level, const std::vector<uint32_t>&) {
    return level + 1;
  }

 private:
  // A range of halvings of the distance, with `steps` steps each, from 2^first
  // on.
  struct Halvings {
    int first;
    uint32_t steps;
    uint32_t place;  // index of the first step
  };
  static constexpr int kLeast = -1074;  // of a double
  static constexpr uint32_t kFarthest = 8;
  static constexpr uint32_t kFar = 128;
  static constexpr uint32_t kNear = 512;
  static constexpr Halvings kRanges[] = {
      {-13, kNear, (-40 - kLeast) * kFarthest + 27 * kFar},
      {-40, kFar, (-40 - kLeast) * kFarthest},
      {kLeast, kFarthest, 0}};
  static constexpr int kLinear = -5;  // from 2^-5 on
  static constexpr uint32_t kLinearFirst =
      kRanges[0].place + (kLinear + 13) * kNear;
  static constexpr uint32_t kLinearSteps = 15 * kNear;
  static constexpr uint32_t kPlaces = kLinearFirst + kLinearSteps;

 public:
  // The first key and the last.
  static constexpr uint32_t kZero = 1;
  static constexpr uint32_t kOne = kZero + 2 * kPlaces + 1;
  static_assert(kOne < 0xffff);

 private:
  // The index of the step of a distance from 0 or 1. REQUIRES: distance <= 1/2.
  static uint32_t PlaceOf(double distance) {
    constexpr double kLinearFrom = 1.0 / (1 << -kLinear);
    if (distance >= kLinearFrom) {
      constexpr double kStepsPerUnit = kNear / kLinearFrom;
      const auto step =
          static_cast<uint32_t>((distance - kLinearFrom) * kStepsPerUnit);
      return kLinearFirst + (step < kLinearSteps ? step : kLinearSteps - 1);
    }
    const int halving = std::ilogb(distance);  // 2^halving <= distance
    const Halvings* range = kRanges;
    while (halving < range->first) ++range;
    const double part = std::ldexp(distance, -halving) - 1;
    return range->place +
           static_cast<uint32_t>(halving - range->first) * range->steps +
           static_cast<uint32_t>(part * range->steps);
  }
};

// ScoreBins for each of several classes.
struct ClassScoreBins : ScoreBins {
  using Key = uint32_t;

  static uint32_t KeyOf(uint32_t class_index, double score) {
    return class_index << 16 | ScoreBins::KeyOf(score);
  }
  static uint32_t ClassOf(uint32_t key) { return key >> 16; }
  static uint32_t WithClass(uint32_t key, uint32_t class_index) {
    return class_index << 16 | (key & 0xffff);
  }
  static uint32_t Merged(uint32_t key, uint32_t level) {
    return (key & 0xffff0000) | ScoreBins::Merged(key & 0xffff, level);
  }
};

}  // namespace plumbline
