// Alert and recording rules for Prometheus, from the objectives of a
// configuration.
//
// Each objective becomes up to two alerts, both guarded by the number of
// observations. The warning fires if the figure misses the objective. The
// critical alert, for figures with bounds, fires if even the figure's bound
// misses it, which chance seldom explains.
//
// The recording rules sum the counts of several instances of one model before
// they divide: a mean of ratios would be wrong.

#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace plumbline {

// A rule file, as YAML. `runbook`: a URL to which the alert's name is appended,
// or empty.
std::string PrometheusRules(const Config& config, std::string_view runbook);

}  // namespace plumbline
