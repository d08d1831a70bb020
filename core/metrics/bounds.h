// How far a figure may be off by chance: bounds that hold the figure of the
// population, from which the window is a sample, 95 times in 100. Where the
// figure itself has no value there are no bounds.

#pragma once

#include <cstdint>
#include <optional>

#include "core/metrics/confusion.h"

namespace plumbline {

inline constexpr double kZ = 1.959964;  // of 95 %, two-sided

struct Bounds {
  double lower;  // both in [0, 1]
  double upper;
};

// Of a share, `part` of `whole`: the score interval (E. B. Wilson, "Probable
// Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927),
// which is sound for few trials and for shares of 0 and 1 too.
std::optional<Bounds> WilsonBounds(uint64_t part, uint64_t whole);

// F1 is no share: these are by the delta method, as the counts were drawn from
// a multinomial distribution (K. Takahashi et al., "Confidence interval for
// micro-averaged F1 and macro-averaged F1 scores", Applied Intelligence 52,
// 2022).
std::optional<Bounds> F1Bounds(const ClassCounts& counts);

// The same of the mean over the classes that occur. Where not all cells are in
// the matrix, but only the classes' counts, it is at least as wide.
std::optional<Bounds> MacroF1Bounds(const Confusion& confusion);
// Of a multilabel: at least as wide, too.
std::optional<Bounds> MultilabelMacroF1Bounds(const Confusion& confusion);

}  // namespace plumbline
