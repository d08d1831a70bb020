// Figures: all that is derived from one window, by name. What every exporter
// walks; see core/metrics/statistic.h.

#pragma once

#include <string>
#include <vector>

#include "core/metrics/figure_names.h"
#include "core/metrics/statistic.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

// The figures of the whole window that have a value, in a stable order.
std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window);

// The same of those statistics alone that have one of these figures, by what
// the API calls it.
std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window,
                                   const std::vector<std::string>& api_names);

// What figures of the window are made from. Views of both, which outlive it.
FigureInput InputOf(const ModelSnapshot& model, const WindowSnapshot& window);

// As core/metrics/coverage.h has it.
bool Withheld(const ModelSnapshot& model, const WindowSnapshot& window);

}  // namespace plumbline
