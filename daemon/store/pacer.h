// Pacer: slows ingest down evenly when it outruns checkpoints.
//
// The number of dirty records is limited, as they stay in memory. At full speed
// requests would reach the limit and then all stop for the rest of a
// checkpoint, which can take a second. So during a checkpoint, the Pacer
// spreads the remaining room over the remaining time, estimated from the last
// checkpoints. Each request gets a time at which it may proceed. The distance
// between these times is proportional to the room that its events take. If
// there is enough room, nobody waits.

#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

namespace plumbline {

class Pacer {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // The longest wait of a request. After it, the request proceeds or is
  // refused.
  static constexpr auto kLongestWait = std::chrono::milliseconds(250);

  // `limit`: of dirty records.
  explicit Pacer(size_t limit) : limit_(static_cast<double>(limit)) {}

  // [Checkpointer] A checkpoint of `records` begins, ends, or fails. After a
  // failure its end is unknown.
  void Begin(size_t records, Time now);
  void End(Time now);
  void Fail();

  // [Any thread] The time at which a request of so many events may proceed:
  // `now` or later. `dirty`: number of dirty records.
  Time TurnOf(size_t events, size_t dirty, Time now);

 private:
  using Seconds = std::chrono::duration<double>;

  const double limit_;
  std::mutex mutex_;  // guards what follows
  bool saving_ = false;
  Time begin_;                        // of the checkpoint
  double records_ = 0;                // in the checkpoint
  double seconds_per_record_ = 1e-6;  // initial guess
  bool known_ = false;                // measured on a completed checkpoint
  Time next_;                         // the next free turn
};

}  // namespace plumbline
