// Figures of one class.

#pragma once

#include <vector>

#include "core/metrics/statistic.h"

namespace plumbline {

// Precision, recall and F1 with their bounds: those that have a value.
std::vector<NamedFigure> ClassFiguresOf(const ClassCounts& c);

}  // namespace plumbline
