// Counters of a source of events.

#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "exporters/daemon_figures.h"

namespace plumbline {

// [Any thread]
class IngestCounters {
 public:
  // `protocol`: a literal, the value of the label.
  explicit IngestCounters(std::string_view protocol) : protocol_(protocol) {}

  void CountRequest(int status, double seconds) {
    const auto code = std::find(kStatuses.begin(), kStatuses.end(), status);
    Add(&requests_[static_cast<size_t>(code - kStatuses.begin())], 1);
    const auto bucket =
        std::lower_bound(kRequestBounds.begin(), kRequestBounds.end(), seconds);
    Add(&durations_[static_cast<size_t>(bucket - kRequestBounds.begin())], 1);
    Add(&duration_ns_, static_cast<uint64_t>(seconds * 1e9));
  }
  void CountBytes(uint64_t bytes) { Add(&bytes_, bytes); }
  void CountEvents(uint64_t events) { Add(&events_, events); }
  void CountRejected(size_t reject, uint64_t n) { Add(&rejected_[reject], n); }

  void CountWarned(size_t warning, uint64_t n) { Add(&warned_[warning], n); }

  IngestFigures Read() const {
    IngestFigures figures;
    figures.protocol = protocol_;
    for (size_t i = 0; i < kStatuses.size(); ++i) {
      figures.requests.push_back({kStatuses[i], requests_[i].load()});
    }
    for (size_t i = 0; i < durations_.size(); ++i) {
      figures.duration_buckets[i] = durations_[i].load();
    }
    figures.duration_sum = static_cast<double>(duration_ns_.load()) / 1e9;
    figures.bytes = bytes_.load();
    figures.events = events_.load();
    for (size_t i = 0; i < rejected_.size(); ++i) {
      figures.rejected[i] = rejected_[i].load();
    }
    for (size_t i = 0; i < warned_.size(); ++i) {
      figures.warned[i] = warned_[i].load();
    }
    return figures;
  }

 private:
  using Count = std::atomic<uint64_t>;

  static constexpr std::array<int, 13> kStatuses = {
      200, 400, 401, 403, 404, 405, 408, 411, 413, 415, 429, 431, 503};

  static void Add(Count* count, uint64_t n) {
    count->fetch_add(n, std::memory_order_relaxed);
  }

  const std::string_view protocol_;
  std::array<Count, kStatuses.size() + 1> requests_{};  // the last: others
  std::array<Count, kRequestBounds.size() + 1> durations_{};
  Count duration_ns_{0};
  Count bytes_{0};
  Count events_{0};
  std::array<Count, kRejectCount> rejected_{};
  std::array<Count, kWarningCount> warned_{};
};

}  // namespace plumbline
