// LogDirectory: the files of the event log. One is written, and renamed when it
// is complete; old ones are removed.

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
  // Completes what is written.
  ~LogDirectory();

  // Makes the directory. What is wrong, or nothing.
  static std::string Make(const std::string& path);

  // Appends whole lines; `now_ms` names a file that is begun. False if they
  // cannot be written: then what was not flushed is lost, and so is what comes
  // within the next second.
  bool Write(std::string_view lines, int64_t now_ms);
  // False likewise.
  bool Flush();
  // Completes the file if it is old enough, and removes what is too old, or too
  // much, but for the last that is complete.
  void Tidy();

  // Why it could not be written last, while it cannot.
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
  bool cut_off_ = false;  // it is to be ended where it was flushed
  std::string name_;      // of it, complete
  Clock::time_point opened_;
  Clock::time_point retry_;  // not before
  bool mended_ = false;      // what others left
  uint64_t sequence_ = 0;
  uint64_t closed_bytes_ = 0;
  uint64_t closed_files_ = 0;
  int64_t oldest_ms_ = INT64_MAX;  // of the complete ones
  std::string error_;
};

}  // namespace plumbline
