// Label coverage: the labelled share of a window, and whether it is enough.

#pragma once

#include "core/metrics/classification.h"
#include "core/metrics/figure_input.h"

namespace plumbline {

// The share of the window's predictions that have a label by now. nullopt for a
// last-N window and without predictions.
Figure LabelCoverage(const WindowSettings& window, const SlotCounts& counts);

// True if the coverage is below the model's least label coverage. Then the
// window has no figures except its coverage and estimates.
bool Withheld(const FigureInput& input);

}  // namespace plumbline
