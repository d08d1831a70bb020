// Anomaly: how far a figure of a window is from what its history lets expect.

#pragma once

#include <string_view>
#include <vector>

#include "core/detect/figure_histories.h"
#include "core/snapshot/figures.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

struct Anomaly {
  std::string_view metric;  // as the API calls it; a view into the window
  double score;             // signed, in standard deviations
  bool anomalous;           // beyond the threshold
};

// `sampling`: the variance of `value` by chance. In standard deviations; of
// what never varies, 0.
double ScoreOf(double value, double sampling, const Expected& expected);

// Of a window's figures. Without those of which history says nothing yet.
std::vector<Anomaly> AnomaliesOf(const ModelSnapshot& model,
                                 const WindowSnapshot& window,
                                 const std::vector<NamedFigure>& figures);

// What history is to have of a figure, of so many pairs. It has no value where
// there is none that others can be held against.
FigureHistories::Value SampleOf(const std::vector<NamedFigure>& figures,
                                const std::string& metric, uint64_t pairs);

}  // namespace plumbline
