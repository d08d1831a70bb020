// StorageFaults: the faults of the storage, counted by what failed, and told in
// the log: each kind at most once a minute, with how often it was.

#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/store/fault.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

// [Any thread]
class StorageFaults {
 public:
  static constexpr auto kBetween = std::chrono::minutes(1);
  using Clock = std::chrono::steady_clock;
  // `times`: since it was written last.
  using Write = std::function<void(const StorageFault&, uint64_t times)>;
  static void WriteToLog(const StorageFault& fault, uint64_t times);

  explicit StorageFaults(Write write = WriteToLog) : write_(std::move(write)) {}

  void Add(const StorageFault& fault, Clock::time_point now = Clock::now());
  OnFault sink() {
    return [this](const StorageFault& fault) { Add(fault); };
  }
  // Tells the log what has waited for its minute. To be called often.
  void WriteDue(Clock::time_point now = Clock::now());
  // Tells it all that waits.
  void WriteAll() { WriteDue(Clock::now() + kBetween); }

  // Of `stores` it knows nothing.
  StorageFigures Read() const;
  // "what: error" of the last of this operation, or nothing.
  std::string Last(StorageOperation operation) const;

 private:
  using Kind = std::pair<StorageOperation, std::string_view>;
  struct Known {
    StorageFault last;
    uint64_t times = 0;    // in all
    uint64_t untold = 0;   // of these
    int64_t first_ms = 0;  // Unix time, as are the next
    int64_t last_ms = 0;
    Clock::time_point not_before;  // to be written again
  };

  const Write write_;
  mutable std::mutex mutex_;  // guards the rest
  std::array<uint64_t, kStorageOperations.size()> counts_{};
  bool damaged_ = false;
  std::map<Kind, Known> known_;
};

}  // namespace plumbline
