// The command line of plumbtool.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace plumbline {

inline constexpr const char* kWebUrl = "http://127.0.0.1:9351";

struct CheckConfigFlags {
  std::string file;
  std::string url;         // of a daemon to compare with; empty: none
  std::string token_file;  // a bearer token for it; empty: see ReadToken()
};

struct CheckStorageFlags {
  std::string path;
  bool drop_damaged = false;
};

struct SetClockFlags {
  std::string path;
};

// Files of events, and the mapping of CSV columns.
struct EventFilesFlags {
  std::vector<std::string> files;
  std::vector<std::string> map;        // FIELD=COLUMN,...
  std::vector<std::string> constants;  // FIELD=VALUE,...
};

struct ReplayFlags {
  EventFilesFlags events;
  std::string url;
  std::string token_file;  // a bearer token for it; empty: see ReadToken()
  int64_t events_per_second = 0;  // 0: no limit
  bool rebase = false;
};

struct QueryFlags {
  std::optional<std::string> model;  // missing: list all models
  std::vector<std::string> urls = {kWebUrl};
  std::string token_file;  // for all URLs
  std::optional<std::string> version;
  std::optional<std::string> window;
  bool all = false;  // every figure of every window and slice
  bool json = false;
};

struct FindFlags {
  std::string model;
  std::string id;
  std::string url = kWebUrl;
  std::string token_file;  // a bearer token for it; empty: see ReadToken()
  bool json = false;
};

struct DeleteFlags {
  std::string model;
  std::optional<std::string> version;
  std::string url = kWebUrl;
  std::string token_file;  // a bearer token for it; empty: see ReadToken()
};

struct RulesFlags {
  std::string config;
  std::string runbook;
};

struct SimulateFlags {
  EventFilesFlags events;
  std::string config;  // empty: defaults
  int64_t step_ms = 60'000;
  std::optional<std::string> model;
  std::optional<std::string> window;
};

struct BackfillFlags {
  EventFilesFlags events;
  std::string config;  // empty: defaults
  std::string storage;
  bool skip_rejected = false;
};

struct LogFlags {
  std::string path;
  std::optional<std::string> model;
  std::optional<std::string> version;
  int64_t from_ms = INT64_MIN;
  int64_t to_ms = INT64_MAX;             // inclusive
  std::optional<std::string> actual;     // of a pair
  std::optional<std::string> predicted;  // of a pair
  bool joined = false;
  bool csv = false;
};

using ToolFlags =
    std::variant<CheckConfigFlags, CheckStorageFlags, ReplayFlags, QueryFlags,
                 FindFlags, DeleteFlags, RulesFlags, SimulateFlags,
                 BackfillFlags, LogFlags, SetClockFlags>;

// The command and its flags; nullopt, with *exit_status, if the program ends
// here.
std::optional<ToolFlags> ParseToolFlags(int argc, char** argv,
                                        int* exit_status);

}  // namespace plumbline
