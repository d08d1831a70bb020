// LogDirectory: the files of the event log. Writes one file, renames it once
// complete, and removes old files.

#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/event_log.h"
#include "daemon/gzip/gzip_file.h"

namespace plumbline {

class LogDirectory {
 public:
  explicit LogDirectory(EventLogSettings settings);
  // Completes the current file.
  ~LogDirectory();

  // Creates the directory. Describes what is wrong; empty if nothing is.
  static std::string Make(const std::string& path);

  // Appends whole lines. `now_ms` names a new file. False if they cannot be
  // written: then unflushed lines are lost, and so are lines of the next
  // second.
  bool Write(std::string_view lines, int64_t now_ms);
  // False as for Write().
  bool Flush();
  // Completes the file if it is due. Removes complete files that are too old,
  // and the oldest ones while all together are too large. The last complete
  // file is never removed for size.
  void Tidy();

  // The last error; empty after a successful flush.
  const std::string& error() const { return error_; }
  uint64_t bytes() const { return closed_bytes_ + open_bytes(); }
  uint64_t files() const { return closed_files_ + (file_ != nullptr); }

 private:
  bool Open(int64_t now_ms);
  bool Fail();
  bool IsDue() const;
  void Complete();
  void MendOthers();
  void List();
  uint64_t open_bytes() const { return file_ == nullptr ? 0 : file_->bytes(); }

  using Clock = std::chrono::steady_clock;

  const EventLogSettings settings_;
  std::unique_ptr<GzipFile> file_;
  bool cut_off_ = false;  // file_ must be cut at its last flush
  std::string name_;      // of file_ once complete
  Clock::time_point opened_;
  Clock::time_point retry_;  // not before
  bool mended_ = false;      // files of killed daemons
  uint64_t sequence_ = 0;
  uint64_t closed_bytes_ = 0;
  uint64_t closed_files_ = 0;
  int64_t oldest_ms_ = INT64_MAX;  // of complete files
  std::string error_;
};

}  // namespace plumbline
