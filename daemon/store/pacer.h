// Pacer: where ingest outruns what checkpoints save, slows it down evenly.
//
// Only so many records may have changed and not be saved (they are held in
// memory). Were requests let in at full speed until then, all would stand
// still for the rest of a checkpoint, which can be a second. So while a
// checkpoint is written, the room that is left is shared out over the time that
// it will take yet, as far as the last ones tell: each request is given the
// moment from which on it may go, and these are apart by as much as its events
// take of the room. Where there is room enough that is no wait at all.

#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>

namespace plumbline {

class Pacer {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // No request waits for longer: then it goes, or is refused.
  static constexpr auto kLongestWait = std::chrono::milliseconds(250);

  // `limit`: records that may have changed and not be saved.
  explicit Pacer(size_t limit) : limit_(static_cast<double>(limit)) {}

  // [Checkpointer] A checkpoint of so many records begins, has ended well, or
  // has failed, so that it is not known when it will end.
  void Begin(size_t records, Time now);
  void End(Time now);
  void Fail();

  // [Any thread] When a request of so many events may go on: `now` or later.
  // `unsaved`: records that have changed by now.
  Time TurnOf(size_t events, size_t unsaved, Time now);

 private:
  using Seconds = std::chrono::duration<double>;

  const double limit_;
  std::mutex mutex_;  // guards what follows
  bool saving_ = false;
  Time begin_;                        // of the checkpoint
  double records_ = 0;                // of it
  double seconds_per_record_ = 1e-6;  // until the first has ended
  bool known_ = false;                // by one that has ended
  Time next_;                         // turn that is free
};

}  // namespace plumbline
