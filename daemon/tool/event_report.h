// What a tool tells, on the standard error, of files of events: each line that
// is not taken, how far it is, and at the end how many of what there were.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/decode/body.h"
#include "daemon/tool/progress.h"

namespace plumbline {

struct FileLine {
  uint32_t file = 0;
  uint32_t line = 0;  // from 1
};

class EventReport {
 public:
  // The paths of the files, by number; "replay" is "sending", say.
  EventReport(std::vector<std::string> paths, std::string doing);

  // One more line that is, or ought to be, an event.
  void CountEvent(FileLine place) { ++files_[place.file].events; }
  // It is not taken.
  void Reject(FileLine place, std::string_view why);
  // `n` more of `of` that were sent at once are not, and nobody says which.
  void RejectMore(uint64_t n, uint64_t of);
  // The event is taken, but for what the warning says. Told at the end, by
  // kind. `number`: its own, by which an event that has several of a kind, one
  // after another, is counted once.
  void Warn(FileLine place, uint64_t number, std::string_view kind,
            std::string_view what);
  // There are, or may be, warnings that nobody lists.
  void WarnOfMore() { more_warnings_ = true; }
  void Tell(const std::string& line);

  Progress& progress() { return progress_; }
  uint64_t events() const;
  uint64_t rejected() const;

  // The counts of each file, and of all. Those that were taken are either
  // accepted or duplicates.
  void Summarize(uint64_t accepted, uint64_t duplicates);

  // 0 if every event was taken; 1 if some were rejected or there were none.
  int exit_status() const { return events() > 0 && rejected() == 0 ? 0 : 1; }

  const std::string& path(uint32_t file) const { return files_[file].path; }
  std::string Name(FileLine place) const;

 private:
  struct File {
    std::string path;
    uint64_t events = 0;
    uint64_t rejected = 0;
  };
  struct Warned {
    uint64_t events = 0;
    uint64_t last = 0;  // its number
    std::string first;
  };

  std::vector<File> files_;
  uint64_t rejected_of_no_file_ = 0;
  std::map<std::string, Warned> warned_;
  bool more_warnings_ = false;
  Progress progress_;
};

// Why an event was refused, as one line.
std::string Describe(const EventError& error);

}  // namespace plumbline
