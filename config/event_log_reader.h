// Reading the event log's part of a configuration.

#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <vector>

#include "config/event_log.h"
#include "config/yaml_reader.h"

namespace plumbline {

void ReadEventLog(const YAML::Node& node, std::vector<ConfigProblem>* problems,
                  std::optional<EventLogSettings>* settings);

}  // namespace plumbline
