// What the system says of this process, for the process_* metrics.

#pragma once

#include "exporters/daemon_figures.h"

namespace plumbline {

// Zeros where /proc does not tell.
ProcessFigures ReadProcessFigures();

}  // namespace plumbline
