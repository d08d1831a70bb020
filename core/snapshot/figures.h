// Figures: all figures of one window, by name. Every exporter walks them; see
// core/metrics/statistic.h.

#pragma once

#include <string>
#include <vector>

#include "core/metrics/figure_names.h"
#include "core/metrics/statistic.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

// The figures of the window that have a value, in a stable order.
std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window);

// The figures of those statistics that have a figure among `api_names`.
std::vector<NamedFigure> FiguresOf(const ModelSnapshot& model,
                                   const WindowSnapshot& window,
                                   const std::vector<std::string>& api_names);

// The input of the window's figures. Views of both snapshots, which must
// outlive it.
FigureInput InputOf(const ModelSnapshot& model, const WindowSnapshot& window);

// See core/metrics/coverage.h.
bool Withheld(const ModelSnapshot& model, const WindowSnapshot& window);

}  // namespace plumbline
