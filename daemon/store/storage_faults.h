// StorageFaults: counts faults of the storage by operation, and logs each kind
// at most once a minute, with its count.

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
  // `times`: count since the last line.
  using Write = std::function<void(const StorageFault&, uint64_t times)>;
  static void WriteToLog(const StorageFault& fault, uint64_t times);

  explicit StorageFaults(Write write = WriteToLog) : write_(std::move(write)) {}

  void Add(const StorageFault& fault, Clock::time_point now = Clock::now());
  OnFault sink() {
    return [this](const StorageFault& fault) { Add(fault); };
  }
  // Logs faults that are at least a minute after their last line. Call it
  // often.
  void WriteDue(Clock::time_point now = Clock::now());
  // Logs all pending faults.
  void WriteAll() { WriteDue(Clock::now() + kBetween); }

  // Leaves `stores` empty.
  StorageFigures Read() const;
  // "what: error" of the operation's last fault, or empty.
  std::string Last(StorageOperation operation) const;

 private:
  using Kind = std::pair<StorageOperation, std::string_view>;
  struct Known {
    StorageFault last;
    uint64_t times = 0;    // total
    uint64_t untold = 0;   // not logged so far
    int64_t first_ms = 0;  // Unix time; so is last_ms
    int64_t last_ms = 0;
    Clock::time_point not_before;  // of the next line
  };

  const Write write_;
  mutable std::mutex mutex_;  // guards the rest
  std::array<uint64_t, kStorageOperations.size()> counts_{};
  bool damaged_ = false;
  std::map<Kind, Known> known_;
};

}  // namespace plumbline
