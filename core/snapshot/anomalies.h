// Anomaly: the distance of a window's figure from what its history lets expect.

#pragma once

#include <string_view>
#include <vector>

#include "core/detect/figure_histories.h"
#include "core/snapshot/figures.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

struct Anomaly {
  std::string_view metric;  // API name; a view into the window
  double score;             // signed, in standard deviations
  bool anomalous;           // beyond the threshold
};

// The score in standard deviations; 0 if the variance is 0. `sampling`: the
// variance of `value` by chance.
double ScoreOf(double value, double sampling, const Expected& expected);

// The anomaly scores of a window's figures that have an expected value.
std::vector<Anomaly> AnomaliesOf(const ModelSnapshot& model,
                                 const WindowSnapshot& window,
                                 const std::vector<NamedFigure>& figures);

// The sample that a figure adds to its history, from a window with `pairs`
// pairs. It has no value if the figure has none, or is an estimate from
// uncalibrated scores.
FigureHistories::Value SampleOf(const std::vector<NamedFigure>& figures,
                                const std::string& metric, uint64_t pairs);

}  // namespace plumbline
