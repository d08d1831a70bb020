// The lines that a request adds to the event log.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/event_log.h"
#include "core/join/batch_report.h"
#include "daemon/decode/sent_values.h"

namespace plumbline {

enum LogKind : size_t {
  kPrediction,
  kLabel,
  kObservation,
  kFigures,
  kLogKinds
};
std::string_view LogKindName(size_t kind);

using LogCounts = std::array<uint64_t, kLogKinds>;  // by kind

// Counts lines by kind.
LogCounts CountRecords(std::string_view lines);

// The part of a request to log.
struct LoggedRequest {
  struct Event {
    uint32_t place = 0;  // index in the batch
    BatchReport::Taken taken;
  };
  SentValues sent;  // of the batch
  int64_t now_ms = 0;
  std::vector<Event> events;             // by index
  std::vector<BatchReport::Pair> pairs;  // of these events, in order
  size_t pair_bytes = 0;

  LogCounts Records() const;
  // Bytes of memory, about.
  size_t bytes() const;
};

// The values to hide. They are written as "<redacted>".
class Redaction {
 public:
  // Names of fields, or of entries of fields: "metadata", "features.email".
  explicit Redaction(const std::vector<std::string>& names);

  bool Whole(std::string_view field) const;
  // True if the field has a hidden entry.
  bool Within(std::string_view field) const;
  bool Hides(std::string_view field, std::string_view key) const;

 private:
  struct Name {
    std::string field;
    std::string key;  // empty: the whole field
  };
  std::vector<Name> names_;
};

// Writes the lines of a request. For each event: its prediction, its label, and
// the pairs that it joined or corrected. Calls `write` with several lines each.
void WriteRecords(const LoggedRequest& request, const Redaction& redaction,
                  const std::function<void(const std::string&)>& write);

}  // namespace plumbline
