// Confidence bounds of figures, at 95%: the window is a sample of a population,
// and the bounds contain the population's figure in 95 of 100 samples. There
// are no bounds if the figure has no value.

#pragma once

#include <cstdint>
#include <optional>

#include "core/metrics/confusion.h"

namespace plumbline {

inline constexpr double kZ = 1.959964;  // 95%, two-sided

struct Bounds {
  double lower;  // both are in [0, 1]
  double upper;
};

// Bounds of the share `part` / `whole`: the score interval (E. B. Wilson,
// "Probable Inference, the Law of Succession, and Statistical Inference", JASA
// 22, 1927). It is sound for few trials, and for shares of 0 and 1.
std::optional<Bounds> WilsonBounds(uint64_t part, uint64_t whole);

// Bounds of F1, which is not a share, by the delta method: the counts are a
// sample of a multinomial distribution (K. Takahashi et al., "Confidence
// interval for micro-averaged F1 and macro-averaged F1 scores", Applied
// Intelligence 52, 2022).
std::optional<Bounds> F1Bounds(const ClassCounts& counts);

// Bounds of the mean F1 over the classes that occur. They are at least as wide
// if the matrix does not have all observations.
std::optional<Bounds> MacroF1Bounds(const Confusion& confusion);
// The same for a multilabel model: also at least as wide.
std::optional<Bounds> MultilabelMacroF1Bounds(const Confusion& confusion);

}  // namespace plumbline
