// Alert and recording rules for Prometheus, from the objectives of a
// configuration.
//
// Each objective is two alerts, both guarded by the number of observations. The
// one says that the figure misses it, and is a warning. The other says that
// even the bound of the figure does, which chance seldom explains, and is
// critical; it is there for figures that have bounds.
//
// The recording rules add up what several instances count of one model, and
// divide then: a mean of ratios is no ratio.

#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace plumbline {

// A rule file, as YAML. `runbook`: a URL to which the alert's name is appended,
// or empty.
std::string PrometheusRules(const Config& config, std::string_view runbook);

}  // namespace plumbline
