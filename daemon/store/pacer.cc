#include "daemon/store/pacer.h"

#include <algorithm>

namespace plumbline {

void Pacer::Begin(size_t records, Time now) {
  const std::lock_guard lock(mutex_);
  saving_ = true;
  begin_ = now;
  records_ = static_cast<double>(records);
  next_ = now;
}

void Pacer::End(Time now) {
  const std::lock_guard lock(mutex_);
  if (!saving_) return;
  saving_ = false;
  // The fixed cost of a checkpoint would distort a small one.
  if (records_ < limit_ / 16) return;
  const double last = Seconds(now - begin_).count() / records_;
  seconds_per_record_ = known_ ? (seconds_per_record_ + last) / 2 : last;
  known_ = true;
}

void Pacer::Fail() {
  const std::lock_guard lock(mutex_);
  saving_ = false;
}

Pacer::Time Pacer::TurnOf(size_t events, size_t dirty, Time now) {
  const std::lock_guard lock(mutex_);
  if (!saving_) return now;
  // A checkpoint may take longer than the last ones. Unused room costs little:
  // the next checkpoint is smaller.
  constexpr double kMargin = 1.5;
  const double expected = kMargin * records_ * seconds_per_record_;
  // An overdue checkpoint is assumed to take some more time.
  const double left =
      std::max(expected - Seconds(now - begin_).count(), expected / 8);
  const double room = std::max(limit_ - static_cast<double>(dirty), 1.0);
  const Seconds apart(std::min(static_cast<double>(events) * left / room,
                               Seconds(kLongestWait).count()));
  const Time turn = std::max(next_, now);
  next_ = std::min(turn + std::chrono::duration_cast<Time::duration>(apart),
                   now + kLongestWait);
  return std::min(turn, now + kLongestWait);
}

}  // namespace plumbline
