// The event log's part of the configuration.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace plumbline {

struct EventLogSettings {
  std::string path;
  bool predictions = true;
  bool labels = true;
  bool observations = true;
  bool figures = true;
  double sample = 1;                // share of ids that is logged
  std::vector<std::string> redact;  // "metadata", "features.email"
  int64_t rotate_bytes = 256LL << 20;
  int64_t rotate_every_ms = 3'600'000;
  int64_t retain_ms = 30LL * 24 * 3'600'000;
  int64_t retain_bytes = 20LL << 30;

  bool operator==(const EventLogSettings&) const = default;
};

}  // namespace plumbline
