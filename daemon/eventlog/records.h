// The lines of the event log that a request makes.

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

// Of what kinds these lines are.
LogCounts CountRecords(std::string_view lines);

// What is to be logged of a request.
struct LoggedRequest {
  struct Event {
    uint32_t place = 0;  // in the batch
    Account::Taken taken;
  };
  SentValues sent;  // of the batch
  int64_t now_ms = 0;
  std::vector<Event> events;         // by place
  std::vector<Account::Pair> pairs;  // of these, in their order
  size_t pair_bytes = 0;

  LogCounts Records() const;
  // Of memory, about.
  size_t bytes() const;
};

// What is not to be seen. A value there becomes "<redacted>".
class Redaction {
 public:
  // Names of fields, or of what is in one: "metadata", "features.email".
  explicit Redaction(const std::vector<std::string>& names);

  bool Whole(std::string_view field) const;
  // True if something in the field is hidden.
  bool Within(std::string_view field) const;
  bool Hides(std::string_view field, std::string_view key) const;

 private:
  struct Name {
    std::string field;
    std::string key;  // empty: all of it
  };
  std::vector<Name> names_;
};

// Writes the lines of a request: of each event its prediction, its label, and
// the pairs that it made or corrected. Calls `write` with some at a time.
void WriteRecords(const LoggedRequest& request, const Redaction& redaction,
                  const std::function<void(const std::string&)>& write);

}  // namespace plumbline
