// Reports on standard error about files of events: each line that is not
// accepted, the progress, and a summary.

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
  // `paths`: of the files, by number. `doing`: a word for the progress bar,
  // such as "sending".
  EventReport(std::vector<std::string> paths, std::string doing);

  // Counts a line that is, or should be, an event.
  void CountEvent(FileLine place) { ++files_[place.file].events; }
  // Reports and counts an event that is not accepted.
  void Reject(FileLine place, std::string_view why);
  // Counts `n` more rejected events, of `of` sent together, that the answer
  // does not list.
  void RejectMore(uint64_t n, uint64_t of);
  // Notes a warning about an accepted event, for the summary by kind. `number`
  // identifies the event: consecutive warnings of a kind about one event count
  // once.
  void Warn(FileLine place, uint64_t number, std::string_view kind,
            std::string_view what);
  // Notes that there may be warnings that the answer does not list.
  void WarnOfMore() { more_warnings_ = true; }
  void Tell(const std::string& line);

  Progress& progress() { return progress_; }
  uint64_t events() const;
  uint64_t rejected() const;

  // Prints the counts of each file and of all. `accepted` excludes
  // `duplicates`.
  void Summarize(uint64_t accepted, uint64_t duplicates);

  // 0 if every event was accepted; 1 if some were rejected or there were none.
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

// Why an event was rejected, in one line.
std::string Describe(const EventError& error);

}  // namespace plumbline
