// A progress bar on the terminal, after the first second. Draws nothing if
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

  // `done`: the share done, from 0 to 1; negative if unknown. `count`: the
  // number of things done. Draws at most ten times a second.
  void Show(double done, uint64_t count);
  // Erases the bar before other lines are printed.
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
