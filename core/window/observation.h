// Observation: a pair of prediction and label, as windows count it.

#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace plumbline {

// Takes 16 bytes, as a last-N window keeps one for each pair. The task of the
// model decides what the two words mean.
class Observation {
 public:
  // An empty observation, which is not counted.
  constexpr Observation() = default;

  // For a classification. `age`: age bucket in which its prediction was
  // received. `score`: of the positive class; negative if there is none.
  static Observation OfClasses(uint32_t actual, uint32_t predicted,
                               uint32_t age, double score = -1) {
    return Observation(uint64_t{actual} << 48 | uint64_t{predicted} << 32 | age,
                       std::bit_cast<uint64_t>(score));
  }
  // With class scores. `scores`: number of their list in the model's pool.
  static Observation OfScores(uint32_t actual, uint32_t predicted, uint32_t age,
                              uint32_t scores) {
    Observation o = OfClasses(actual, predicted, age);
    o.second_ = kScores | scores;
    return o;
  }
  // For a multilabel. `sets`: number of the list in the model's pool.
  static Observation OfSets(uint32_t sets) {
    return Observation(0, kSets | sets);
  }
  // For a regression.
  static Observation OfValues(double label, double prediction) {
    return Observation(std::bit_cast<uint64_t>(label),
                       std::bit_cast<uint64_t>(prediction));
  }

  bool is_counted() const { return first_ != kUncounted; }

  uint32_t actual() const { return static_cast<uint32_t>(first_ >> 48); }
  uint32_t predicted() const { return first_ >> 32 & 0xffff; }
  uint32_t age() const { return static_cast<uint32_t>(first_); }
  // Negative or NaN if there is none.
  double score() const { return std::bit_cast<double>(second_); }
  bool has_scores() const { return second_ >> 32 == kScores >> 32; }
  uint32_t scores() const { return static_cast<uint32_t>(second_); }
  bool has_sets() const { return second_ >> 32 == kSets >> 32; }
  uint32_t sets() const { return static_cast<uint32_t>(second_); }

  // Replaces the label. Fields of the prediction stay.
  void Correct(const Observation& to) {
    first_ = to.first_;
    if (to.has_sets()) second_ = to.second_;
  }

  double label() const { return std::bit_cast<double>(first_); }
  double prediction() const { return std::bit_cast<double>(second_); }

 private:
  Observation(uint64_t first, uint64_t second)
      : first_(first), second_(second) {}

  // Not a valid pair of classes, and NaN as a double.
  static constexpr uint64_t kUncounted = ~uint64_t{0};
  // NaN as doubles, so neither a score nor a prediction has these bits.
  static constexpr uint64_t kScores = uint64_t{0xfff80001} << 32;
  static constexpr uint64_t kSets = uint64_t{0xfff80002} << 32;

  uint64_t first_ = kUncounted;
  uint64_t second_ = 0;
};
static_assert(sizeof(Observation) == 16);

}  // namespace plumbline
