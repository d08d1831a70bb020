#include "exporters/prometheus/rules.h"

#include <cstdio>
#include <vector>

#include "config/loader.h"
#include "daemon/tool/commands.h"

namespace plumbline {

int Rules(const RulesFlags& flags) {
  std::vector<ConfigProblem> problems;
  const auto config = LoadConfigFile(flags.config, &problems);
  if (!config) {
    std::fprintf(stderr, "%s\n", Describe(flags.config, problems).c_str());
    return 1;
  }
  std::fputs(PrometheusRules(*config, flags.runbook).c_str(), stdout);
  return 0;
}

}  // namespace plumbline
