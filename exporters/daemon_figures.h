// What the daemon says of itself, as plain values for exporters.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/event/event.h"

namespace plumbline {

// Seconds that a request took.
inline constexpr std::array<double, 12> kRequestBounds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10};

// Of one source of events.
struct IngestFigures {
  std::string_view protocol;  // "http"
  struct Code {
    int status;
    uint64_t requests;
  };
  std::vector<Code> requests;  // by status
  std::array<uint64_t, kRequestBounds.size() + 1> duration_buckets{};
  double duration_sum = 0;
  uint64_t bytes = 0;                             // of bodies, as sent
  uint64_t events = 0;                            // good and bad
  std::array<uint64_t, kRejectCount> rejected{};  // by Reject
  std::array<uint64_t, kWarningCount> warned{};   // by Warning
};

// An event, or a request (then without model and field). Without what was sent.
struct RecentRejection {
  int64_t time_ms = 0;
  std::string model;
  std::string field;
  std::string code;
  std::string message;
};

struct RejectionFigures {
  // Of models that are known, as far as there were any: by Reject.
  std::map<std::string, std::array<uint64_t, kRejectCount>, std::less<>>
      by_model;
  std::vector<RecentRejection> recent;  // the newest first
};

struct EventLogFigures {
  using Counts = std::vector<std::pair<std::string_view, uint64_t>>;

  bool on = false;
  Counts records;  // written, by kind
  Counts dropped;  // by reason
  uint64_t bytes = 0;
  uint64_t files = 0;
};

struct ProcessFigures {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double start_time_seconds = 0;
};

struct ListenerFigures {
  std::string name;
  std::vector<std::string> addresses;
  bool open = false;  // reachable from elsewhere without credentials
};

inline constexpr std::array<std::string_view, 3> kStorageOperations = {
    "append", "checkpoint", "read"};

// A kind of fault of the storage, with its last example.
struct StorageFaultFigures {
  std::string_view operation;
  std::string what;
  std::string meaning;
  std::string file;
  std::optional<uint64_t> offset;
  std::string error;
  uint64_t times = 0;
  int64_t first_ms = 0;
  int64_t last_ms = 0;
};

struct StorageFigures {
  // By operation, since the start.
  std::array<uint64_t, kStorageOperations.size()> errors{};
  bool damaged = false;  // what was read is not what was written
  // Why nothing can be stored now; empty if it can.
  std::string refuses;
  std::vector<StorageFaultFigures> faults;
};

struct DaemonFigures {
  std::string version;
  std::string revision;
  std::string compiler;
  std::vector<IngestFigures> ingest;  // by source
  RejectionFigures rejections;
  ProcessFigures process;
  EventLogFigures event_log;
  std::vector<ListenerFigures> listeners;
  StorageFigures storage;
  bool ready = false;
  bool recovered = false;   // what is stored has been read, once and for all
  int64_t connections = 0;  // open ones to the ingest listener
  int64_t in_flight_bytes = 0;    // of bodies being worked on
  int64_t join_memory_bytes = 0;  // of pairs, and of what finds them on disk
  uint64_t storage_bytes = 0;
  uint64_t lost_groups = 0;  // answered, and missing in the store at the start
  double checkpoint_seconds = 0;        // the last one
  double checkpoint_pause_seconds = 0;  // how long ingest stood still for it
  double clock_behind_seconds = 0;
  double recovery_seconds = 0;
  double scrape_seconds = 0;  // the last scrape
  bool last_reload_successful = true;
  double last_reload_success_seconds = 0;  // Unix time
};

}  // namespace plumbline
