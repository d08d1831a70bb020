// Observation: a pair of prediction and label, as windows count it.

#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace plumbline {

// 16 bytes, as a last-N window keeps one for each pair. What the two words are
// is the model's task's to say.
class Observation {
 public:
  // One that is not counted: of no task.
  constexpr Observation() = default;

  // Of a classification. `age`: bucket in which its prediction was received.
  // `score`: of the positive class, or negative.
  static Observation OfClasses(uint32_t actual, uint32_t predicted,
                               uint32_t age, double score = -1) {
    return Observation(uint64_t{actual} << 48 | uint64_t{predicted} << 32 | age,
                       std::bit_cast<uint64_t>(score));
  }
  // With the scores of classes that have this number in the model's pool.
  static Observation OfScores(uint32_t actual, uint32_t predicted, uint32_t age,
                              uint32_t scores) {
    Observation o = OfClasses(actual, predicted, age);
    o.second_ = kScores | scores;
    return o;
  }
  // Of a multilabel: sets that have this number in the model's pool.
  static Observation OfSets(uint32_t sets) {
    return Observation(0, kSets | sets);
  }
  // Of a regression.
  static Observation OfValues(double label, double prediction) {
    return Observation(std::bit_cast<uint64_t>(label),
                       std::bit_cast<uint64_t>(prediction));
  }

  bool seen() const { return first_ != kUnseen; }

  uint32_t actual() const { return static_cast<uint32_t>(first_ >> 48); }
  uint32_t predicted() const { return first_ >> 32 & 0xffff; }
  uint32_t age() const { return static_cast<uint32_t>(first_); }
  // Negative, or not a number, if there is none.
  double score() const { return std::bit_cast<double>(second_); }
  bool has_scores() const { return second_ >> 32 == kScores >> 32; }
  uint32_t scores() const { return static_cast<uint32_t>(second_); }
  bool has_sets() const { return second_ >> 32 == kSets >> 32; }
  uint32_t sets() const { return static_cast<uint32_t>(second_); }

  // Another label: what belongs to the prediction stays.
  void Correct(const Observation& to) {
    first_ = to.first_;
    if (to.has_sets()) second_ = to.second_;
  }

  double label() const { return std::bit_cast<double>(first_); }
  double prediction() const { return std::bit_cast<double>(second_); }

 private:
  Observation(uint64_t first, uint64_t second)
      : first_(first), second_(second) {}

  // No two classes, and as a double not a number.
  static constexpr uint64_t kUnseen = ~uint64_t{0};
  // As doubles not numbers, which neither a score nor a prediction is.
  static constexpr uint64_t kScores = uint64_t{0xfff80001} << 32;
  static constexpr uint64_t kSets = uint64_t{0xfff80002} << 32;

  uint64_t first_ = kUnseen;
  uint64_t second_ = 0;
};
static_assert(sizeof(Observation) == 16);

}  // namespace plumbline
