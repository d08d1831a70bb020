// EventLog: writes accepted events to files for later analysis.
//
// Requests put their records into a bounded queue and continue. A thread of low
// priority writes them. Records that find the queue full, or cannot be written,
// are dropped and counted. So the log never delays an answer, and a full disk
// stops only the log. It is not a journal: a killed daemon loses the records
// not flushed (about a second).

#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "config/event_log.h"
#include "core/event/event.h"
#include "core/join/batch_report.h"
#include "daemon/eventlog/log_directory.h"
#include "daemon/eventlog/records.h"
#include "exporters/daemon_figures.h"

namespace plumbline {

class EventLog {
 public:
  // Writes the lines of all figures at `now_ms` by calls of `write`, several
  // lines each.
  using FiguresWriter = std::function<void(
      int64_t now_ms, const std::function<void(const std::string&)>& write)>;

  // Both functions are called on the log's thread.
  EventLog(std::function<int64_t()> now_ms, FiguresWriter figures);
  // Writes the rest of the queue.
  ~EventLog();

  // [Any thread] Describes what is wrong; empty if nothing is.
  static std::string Check(const std::optional<EventLogSettings>& settings);
  // [Any thread] Applies to requests from now on.
  void Configure(const std::optional<EventLogSettings>& settings);
  // The report of a request, and the memory reserved for it.
  class Note {
   public:
    explicit Note(EventLog* log) : log_(log) {}
    ~Note() { log_->noted_bytes_ -= report.most_bytes; }
    Note(const Note&) = delete;
    Note& operator=(const Note&) = delete;

    BatchReport report;

   private:
    EventLog* const log_;
  };
  // [Any thread] True if the values of a body of this size should be kept for
  // the log: it is on and its queue has room.
  bool TakesValues(size_t bytes) const;
  // [Any thread] Returns the report to fill in while the request is applied;
  // null if it is not logged. Without room, or without kept values, the report
  // only counts the records to drop.
  std::unique_ptr<Note> Begin(const EventBatch& batch, const SentValues& sent);
  // [Any thread] Logs a request after it was applied.
  void Add(const SentValues& sent, std::unique_ptr<Note> note);

  // [Any thread]
  EventLogFigures Figures() const;

 private:
  struct Wanted {
    EventLogSettings settings;
    Redaction redaction;
    explicit Wanted(const EventLogSettings& s)
        : settings(s), redaction(s.redact) {}
  };
  struct Queued {
    std::shared_ptr<const Wanted> wanted;  // the settings at that time
    LoggedRequest request;
  };

  bool Samples(const Event& event, double share);
  std::shared_ptr<const Wanted> wanted() const {
    const std::lock_guard lock(mutex_);
    return wanted_;
  }
  void Enqueue(const SentValues& sent, const std::shared_ptr<const Wanted>& of,
               BatchReport* report);
  void Run();
  void Follow(const std::shared_ptr<const Wanted>& wanted);
  void WriteRequest(const LoggedRequest& request);
  void WriteFigures(int64_t now_ms);
  // Counts the records of a request one by one, by their lines.
  void Write(const std::string& lines);
  void Flush();
  void DropUnflushed();
  void Publish();

  const std::function<int64_t()> now_ms_;
  const FiguresWriter figures_;
  std::atomic<bool> on_{false};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Queued> queue_;  // guarded by mutex_
  // Written under mutex_.
  std::atomic<size_t> queued_bytes_{0};
  std::shared_ptr<const Wanted> wanted_;  // guarded by mutex_; null: off
  bool stops_ = false;                    // guarded by mutex_
  std::atomic<uint64_t> without_id_{0};
  // Bytes reserved for notes, and bytes that one event of a batch may take of
  // them. The latter grows with need.
  std::atomic<size_t> noted_bytes_{0};
  std::atomic<size_t> event_bytes_{512};

  // Used by the thread only
  std::shared_ptr<const Wanted> followed_;
  std::unique_ptr<LogDirectory> directory_;
  LogCounts unflushed_{};
  int64_t figures_minute_ = 0;
  bool failing_ = false;

  std::array<std::atomic<uint64_t>, kLogKinds> written_{};
  std::atomic<uint64_t> queue_full_{0};
  std::atomic<uint64_t> write_failed_{0};
  std::atomic<uint64_t> bytes_{0};
  std::atomic<uint64_t> files_{0};
  std::thread thread_;  // last, as it uses the others
};

}  // namespace plumbline
