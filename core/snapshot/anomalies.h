// Anomaly: how far a figure of a window is from what its history lets expect.

#pragma once

#include <string>
#include <vector>

#include "core/model/model.h"
#include "core/snapshot/figures.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

struct Anomaly {
  std::string metric;  // as the API calls it
  double score;        // signed, in standard deviations
  bool anomalous;      // beyond the threshold
};

// `sampling`: the variance of `value` by chance. In standard deviations; of
// what never varies, 0.
double ScoreOf(double value, double sampling, const Expected& expected);

// Of a window's figures. Without those of which history says nothing yet.
std::vector<Anomaly> AnomaliesOf(const ModelSnapshot& model,
                                 const WindowSnapshot& window,
                                 const std::vector<NamedFigure>& figures);

// [Writer] Adds to the history of the model's figures what they were at the end
// of the last full hour, once in an hour. To be called before what comes in
// this hour is published.
void SampleFigures(State* state, Model* model);

}  // namespace plumbline
