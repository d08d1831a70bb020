// Figures of the daemon itself, as plain values for exporters.

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

// Bounds of the histogram of request durations, in seconds.
inline constexpr std::array<double, 12> kRequestBounds = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5, 10};

// Figures of one source of events.
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
  uint64_t events = 0;                            // accepted or not
  std::array<uint64_t, kRejectCount> rejected{};  // by Reject
  std::array<uint64_t, kWarningCount> warned{};   // by Warning
};

// A rejected event, or a request (without model and field). Holds nothing that
// was sent but names.
struct RecentRejection {
  int64_t time_ms = 0;
  std::string model;
  std::string field;
  std::string code;
  std::string message;
};

struct RejectionFigures {
  // Of known models with rejections; indexed by Reject.
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
  bool open = false;  // reachable by other machines without credentials
};

inline constexpr std::array<std::string_view, 3> kStorageOperations = {
    "append", "checkpoint", "read"};

// A kind of storage fault, with its last example.
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
  bool damaged = false;  // bytes read differ from bytes written
  // Why the store refuses writes now; empty if it does not.
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
  bool recovered = false;         // recovery has finished
  int64_t connections = 0;        // open ones to the ingest listener
  int64_t in_flight_bytes = 0;    // of bodies in progress
  int64_t join_memory_bytes = 0;  // of pairs, and of filters for those on disk
  uint64_t storage_bytes = 0;
  uint64_t lost_groups = 0;       // answered, but missing in the store at start
  double checkpoint_seconds = 0;  // the last one
  double checkpoint_pause_seconds = 0;  // ingest was stopped for it
  double clock_behind_seconds = 0;
  double recovery_seconds = 0;
  double scrape_seconds = 0;  // the last scrape
  bool last_reload_successful = true;
  double last_reload_success_seconds = 0;  // Unix time
};

}  // namespace plumbline
