// How much of a window is labelled, and whether that is enough.

#pragma once

#include "core/metrics/classification.h"
#include "core/metrics/figure_input.h"

namespace plumbline {

// Of the predictions received in the window, the share that has its label by
// now. nullopt for a last-N window and without predictions.
Figure LabelCoverage(const WindowSettings& window, const SlotCounts& counts);

// True if the model has a least label coverage and the window has less: then
// it has no other figures than its coverage, and what is estimated.
bool Withheld(const FigureInput& input);

}  // namespace plumbline
