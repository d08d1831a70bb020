// Rejections: counts rejected events by model, logs them, and keeps the most
// recent for display.
//
// Accepted events never come here. Memory is bounded by the number of known
// models.

#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/published.h"
#include "daemon/decode/body.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

// [Any thread]
class Rejections {
 public:
  // A line of the log: the count since the last one, and an example.
  struct Summary {
    std::string model;   // empty: unknown
    std::string reason;  // a code of the contract
    bool of_requests = false;
    uint64_t count = 0;
    EventError example;  // with the model named in it
  };
  using Write = std::function<void(const Summary&)>;
  static void WriteToLog(const Summary& summary);

  explicit Rejections(const PublishedState* state, Write write = WriteToLog)
      : state_(state), write_(std::move(write)) {}

  // Adds the rejected events of one request: all counts by the model they name,
  // and the errors that its answer lists.
  void AddEvents(const RejectedByModel& counts,
                 const std::vector<EventError>& listed, int64_t now_ms);
  // Adds a request that was refused whole. `shown` must not contain its
  // content.
  void AddRequest(std::string_view code, const std::string& message,
                  std::string shown, int64_t now_ms);
  // Logs summaries that are at least a minute after their last line. Call it
  // often.
  void WriteDue(int64_t now_ms);
  // Logs all pending summaries.
  void WriteAll();

  RejectionFigures Read() const;

 private:
  // Model (empty if unknown) and reason.
  using Kind = std::pair<std::string, std::string>;
  struct Pending {
    int64_t not_before_ms = 0;
    Summary summary;  // since the last line
  };
  struct Counted {
    uint32_t model_number = 0;
    std::array<uint64_t, kRejectCount> counts{};
  };

  Pending& PendingOf(const std::string& model, std::string_view reason);
  void Keep(RecentRejection rejection);
  // Takes the due summaries from pending_. REQUIRES: mutex_ is held.
  std::vector<Summary> TakeDue(int64_t now_ms);
  void WriteEach(const std::vector<Summary>& summaries) const;

  const PublishedState* const state_;
  const Write write_;
  mutable std::mutex mutex_;  // guards the rest
  // Read() drops deleted models.
  mutable std::map<std::string, Counted, std::less<>> counted_;
  std::map<Kind, Pending> pending_;
  std::deque<RecentRejection> recent_;  // newest first
};

}  // namespace plumbline
