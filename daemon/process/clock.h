// The daemon's clock, which never runs backwards.

#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace plumbline {

// [Any thread]
class Clock {
 public:
  // The later of the system's time and the last time returned, in milliseconds
  // since 1970. Shared by events and scrapes.
  int64_t NowMs() {
    Advance(SystemMs());
    return last_ms_.load(std::memory_order_relaxed);
  }

  // Makes `now_ms` the least time from now on.
  void Advance(int64_t now_ms) {
    int64_t last = last_ms_.load(std::memory_order_relaxed);
    while (last < now_ms && !last_ms_.compare_exchange_weak(
                                last, now_ms, std::memory_order_relaxed)) {
    }
  }

  // How far the system's clock lags the last time used.
  int64_t BehindMs() const {
    const int64_t last = last_ms_.load(std::memory_order_relaxed);
    return std::max<int64_t>(last - SystemMs(), 0);
  }

 private:
  static int64_t SystemMs() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  std::atomic<int64_t> last_ms_{0};
};

}  // namespace plumbline
