// A bar on the terminal, for what takes more than a second. Nothing where the
// standard error is no terminal.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace plumbline {

class Progress {
 public:
  // "sending", "events"
  Progress(std::string doing, std::string things);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // How much is done, from 0 to 1, or less than 0 where nobody knows; and how
  // many things that are. At most ten times a second something is drawn.
  void Show(double done, uint64_t count);
  // Makes room for other lines. What is shown next comes below these.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  const std::string doing_;
  const std::string things_;
  const bool terminal_;
  const Clock::time_point begin_;
  Clock::time_point next_;
  bool drawn_ = false;
};

}  // namespace plumbline
