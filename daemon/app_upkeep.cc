// Periodic work of the daemon.

#include "daemon/app.h"

#include <chrono>
#include <utility>

#include "core/event/timestamp.h"
#include "daemon/log/log.h"

namespace plumbline {

// Warns while the system's clock is behind: time stands still until it has
// caught up.
void App::WatchClock() {
  constexpr int64_t kDayMs = 86'400'000;
  const int64_t behind_ms = clock_.BehindMs();
  if (behind_ms <= kDayMs) {
    clock_warned_ = false;
    return;
  }
  if (std::exchange(clock_warned_, true)) return;
  Log(LogLevel::kWarn,
      "the system's clock is more than a day behind the last time used: "
      "windows and horizons do not advance until it has caught up; set the "
      "clock, or, if that time was wrong, stop and run plumbtool set-clock",
      {{"behind_seconds", std::to_string(behind_ms / 1000)},
       {"last_used", FormatTimestamp(clock_.NowMs())},
       {"path", options_.storage_path}});
}

void App::TickIfDue() {
  WatchClock();
  const int64_t now_ms = clock_.NowMs();
  rejections_.WriteDue(now_ms);
  TendStorage();
  if (now_ms < pipeline_.state().gauges().next_deadline_ms.load(
                   std::memory_order_relaxed)) {
    return;
  }
  Outcome outcome;
  pipeline_.Commit(Command{Tick{}}, now_ms, &outcome);
}

void App::TendStorage() {
  if (store_ == nullptr) return;
  store_->faults().WriteDue();
  store_->ProbeIfDue(std::chrono::steady_clock::now());
  const std::string refuses = store_->Refuses();
  if (refuses.empty() != storage_refuses_) return;
  storage_refuses_ = !refuses.empty();
  if (storage_refuses_) {
    Log(LogLevel::kError,
        "nothing can be stored: not ready, and ingest answers 503",
        {{"why", refuses}});
  } else {
    Log(LogLevel::kInfo, "events can be stored again: ready");
  }
}

}  // namespace plumbline
