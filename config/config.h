// All settings of the daemon, with their defaults.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/event_log.h"
#include "core/settings/settings.h"

namespace plumbline {

// An objective of a model, for alert rules.
struct Objective {
  size_t rule = 0;     // of Settings::model_rules
  std::string metric;  // the API's name
  std::string window;
  std::optional<double> min;  // one of them, or both
  std::optional<double> max;
  int64_t min_observations = 100;  // with fewer no alert fires
};

// A remark about a valid file.
struct ConfigNote {
  int line = 0;      // from 1
  std::string path;  // "models[0].classes[1]"
  std::string message;
};

struct Config {
  // Parameters that affect events. They are part of the state; see
  // core/settings/settings.h.
  Settings engine;

  int64_t max_bytes = 4LL << 30;       // of all remembered ids, in the store
  int64_t memory_bytes = 256LL << 20;  // of those in memory
  int64_t slots_per_window = 60;       // needs a restart to change
  int64_t retention_ms = 30LL * 24 * 3600 * 1000;  // of history
  int64_t snapshots = 5;                           // kept
  std::string durability = "process";              // needs a restart to change
  std::vector<Objective> objectives;
  std::optional<EventLogSettings> event_log;  // nullopt: off
  std::vector<ConfigNote> notes;              // for the author of the file

  // Parameters of the listeners.
  int64_t connections = 600;             // needs a restart to change
  int64_t in_flight_bytes = 64LL << 20;  // of bodies in progress
  int64_t body_bytes = 8LL << 20;        // as sent
  int64_t unpacked_body_bytes = 32LL << 20;
  int64_t events_per_request = 10000;
  int64_t future_ms = 600'000;  // how far ahead a timestamp may be

  // The defaults.
  Config();
};

}  // namespace plumbline
