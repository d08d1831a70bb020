// Figures from the scores of several classes.

#pragma once

#include "core/metrics/classification.h"
#include "core/metrics/figure_input.h"

namespace plumbline {

// True if log loss, Brier score and calibration error of the window are over
// several classes: the window has scores of classes, and the model is not
// binary.
bool UsesClassScores(const FigureInput& input);

// The expected calibration error of the highest score.
Figure ClassScoreCalibrationError(const FigureInput& input);

}  // namespace plumbline
