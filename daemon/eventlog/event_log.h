// EventLog: what was taken, as files for later analysis.
//
// Requests leave what they logged in a queue of bounded size, and go on; a
// thread of low priority writes it. What finds the queue full, or cannot be
// written, is dropped and counted: the log never holds up an answer, and a full
// disk stops the log alone. It is no journal: what a killed daemon had not
// flushed (a second's worth) is not in it.

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
  // Calls the function with the lines of all figures at a time, some at a time.
  using FiguresWriter = std::function<void(
      int64_t now_ms, const std::function<void(const std::string&)>& write)>;

  // Both are called on its thread.
  EventLog(std::function<int64_t()> now_ms, FiguresWriter figures);
  // Writes what is in the queue.
  ~EventLog();

  // [Any thread] What is wrong, or nothing.
  static std::string Check(const std::optional<EventLogSettings>& settings);
  // [Any thread] Holds for requests from now on.
  void Configure(const std::optional<EventLogSettings>& settings);
  // What is noted of a request, and the memory that is set aside for it.
  class Note {
   public:
    explicit Note(EventLog* log) : log_(log) {}
    ~Note() { log_->noted_bytes_ -= account.most_bytes; }
    Note(const Note&) = delete;
    Note& operator=(const Note&) = delete;

    Account account;

   private:
    EventLog* const log_;
  };
  // [Any thread] Whether the values of a body of so many bytes are to be kept
  // for it: it is on, and its queue has room.
  bool TakesValues(size_t bytes) const;
  // [Any thread] To be filled when the request is applied; null if it is not to
  // be logged. Where there is no room for it, or no values were kept, no more
  // than how much is dropped.
  std::unique_ptr<Note> Begin(const EventBatch& batch, const SentValues& sent);
  // [Any thread] Logs a request that was applied.
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
    std::shared_ptr<const Wanted> wanted;  // as held for it
    LoggedRequest request;
  };

  bool Samples(const Event& event, double share);
  std::shared_ptr<const Wanted> wanted() const {
    const std::lock_guard lock(mutex_);
    return wanted_;
  }
  void Enqueue(const SentValues& sent, const std::shared_ptr<const Wanted>& of,
               Account* account);
  void Run();
  void Follow(const std::shared_ptr<const Wanted>& wanted);
  void WriteRequest(const LoggedRequest& request);
  void WriteFigures(int64_t now_ms);
  // Records of a request are counted one by one, as its lines tell.
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
  // Changed under mutex_.
  std::atomic<size_t> queued_bytes_{0};
  std::shared_ptr<const Wanted> wanted_;  // guarded by mutex_; null: off
  bool stops_ = false;                    // guarded by mutex_
  std::atomic<uint64_t> without_id_{0};
  // Set aside for notes; and what one event of a batch may take of it, which
  // grows as batches need more.
  std::atomic<size_t> noted_bytes_{0};
  std::atomic<size_t> event_bytes_{512};

  // The thread's
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
  std::thread thread_;  // last: it uses the others
};

}  // namespace plumbline
