// Reading the event log's part of a configuration.

#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <vector>

#include "config/event_log.h"
#include "config/keys.h"

namespace plumbline {

// The key `event_log` of the whole file. Without it the log is off.
void ReadEventLog(YamlMap* root, std::optional<EventLogSettings>* settings);
const Keys<EventLogSettings>& EventLogKeys();

}  // namespace plumbline
