// Figures of this process for the process_* metrics.

#pragma once

#include "exporters/daemon_figures.h"

namespace plumbline {

// A figure is 0 if /proc does not have it.
ProcessFigures ReadProcessFigures();

}  // namespace plumbline
