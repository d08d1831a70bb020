// Rejections: what was rejected is counted by model, told in the log, and the
// last of it is kept to be shown.
//
// Nothing here is on the way of a good event. What is kept is bounded by the
// models that are known.

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
  // What the log is told: how much since the last time, and an example.
  struct Summary {
    std::string model;   // empty: not known
    std::string reason;  // a code of the contract
    bool of_requests = false;
    uint64_t count = 0;
    EventError example;  // with the model that it named
  };
  using Write = std::function<void(const Summary&)>;
  static void WriteToLog(const Summary& summary);

  explicit Rejections(const PublishedState* state, Write write = WriteToLog)
      : state_(state), write_(std::move(write)) {}

  // Of one request: all by the model they name, and those that its answer
  // lists.
  void AddEvents(const RejectedByModel& counts,
                 const std::vector<EventError>& listed, int64_t now_ms);
  // A request that was refused whole. `shown` says nothing of its content.
  void AddRequest(std::string_view code, const std::string& message,
                  std::string shown, int64_t now_ms);
  // Tells the log what has waited for its minute. To be called often.
  void WriteDue(int64_t now_ms);
  // Tells it all that waits.
  void WriteAll();

  RejectionFigures Read() const;

 private:
  // A model, empty if it is not known, and a reason.
  using Kind = std::pair<std::string, std::string>;
  struct Pending {
    int64_t not_before_ms = 0;
    Summary summary;  // since it was written last
  };
  struct Counted {
    uint32_t model_number = 0;
    std::array<uint64_t, kRejectCount> counts{};
  };

  Pending& PendingOf(const std::string& model, std::string_view reason);
  void Keep(RecentRejection rejection);
  // Takes what is due off pending_. REQUIRES: mutex_ is held.
  std::vector<Summary> TakeDue(int64_t now_ms);
  void WriteEach(const std::vector<Summary>& summaries) const;

  const PublishedState* const state_;
  const Write write_;
  mutable std::mutex mutex_;  // guards the rest
  // Forgets models that are gone as it is read.
  mutable std::map<std::string, Counted, std::less<>> counted_;
  std::map<Kind, Pending> pending_;
  std::deque<RecentRejection> recent_;  // the newest first
};

}  // namespace plumbline
