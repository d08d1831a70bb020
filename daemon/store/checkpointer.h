// Checkpointer: brings what has changed into the database, so that the journal
// behind it can go, and pairs can leave memory.
//
// A checkpoint is of one moment between two commit groups. At that moment the
// models that have changed are copied; the pairs that have changed are copied
// a few at a time from then on, as they were (core/pairs/unsaved_pairs.h). The
// writer stands still for one of these steps at a time, and not while the copy
// is written. One that cannot be written is kept, and tried again; the journal
// is kept until then.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/engine/pipeline.h"
#include "daemon/store/database.h"
#include "daemon/store/file_journal.h"
#include "daemon/store/history_store.h"
#include "daemon/store/key_filter.h"
#include "daemon/store/pacer.h"

namespace plumbline {

class Checkpointer {
 public:
  struct Parts {
    Pipeline* pipeline;
    FileJournal* journal;
    Database* database;
    KeyFilter* filter;  // is completed, and kept so
    HistoryStore* history;
    Pacer* pacer;
    OnFault on_fault = IgnoreFault;
  };
  // When one is due.
  struct Due {
    uint64_t journal_bytes;
    int64_t unsaved_records;
  };

  // `stored`: the checkpoint that the state was restored from.
  Checkpointer(const Parts& parts, const Due& due,
               const Database::Stored& stored);
  ~Checkpointer() { Stop(); }
  // Ends without a last checkpoint; Write() can be called yet.
  void Stop();

  // One more now, unless nothing has come since the last. False if it failed.
  bool Write();

  // A copy of the store as it is now, in a new directory. False if that cannot
  // be; then there is no such directory.
  bool WriteSnapshot(const std::string& store, const std::string& directory);

  // [Any thread] Of the last: how long it took, and the longest that the
  // writer stood still for it. In seconds.
  double duration() const { return duration_.load(); }
  double pause() const { return pause_.load(); }
  // The last one could not be written, and is tried again.
  bool failing() const { return failing_.load(std::memory_order_relaxed); }

 private:
  void Run();
  void KeepHouse();
  bool FillFilter(bool passes_all);
  void TendIfDue();
  bool IsDue() const;
  void WriteIfDue();
  bool WriteLocked();
  bool CopyStore(const std::string& store, const std::string& directory);
  bool Begin();
  void CopyPairs();
  bool Store();
  void Finish();
  void LeaveMemory();
  bool ManyForgotten() const;
  void KeepRoom();
  double Pause(const std::function<void(State*)>& visit);

  const Parts parts_;
  const Due due_;

  std::atomic<double> duration_{0};
  std::atomic<double> pause_{0};
  std::atomic<bool> failing_{false};

  std::mutex writing_;                            // guards what follows
  uint64_t written_;                              // sequence of the last
  std::vector<uint32_t> models_;                  // in the last
  std::optional<DatabaseUpdate> pending_;         // copied, and not yet stored
  bool tried_ = false;                            // it may be stored
  std::shared_ptr<const Remembered> remembered_;  // when it was copied
  KeyFilter::Ages first_;                         // likewise
  KeyFilter::Ages next_;                          // likewise
  uint64_t records_ = 0;                          // likewise
  uint64_t image_bytes_;                          // of the last copy
  bool short_of_space_ = false;
  std::atomic<uint64_t> compacted_bytes_{0};  // what was left of the pairs
  std::chrono::steady_clock::time_point last_;
  // Where something failed it is tried again later.
  static constexpr auto kRetry = std::chrono::milliseconds(200);
  std::chrono::milliseconds retry_{kRetry};  // longer each time
  std::chrono::steady_clock::time_point write_not_before_;
  std::chrono::steady_clock::time_point tend_not_before_;

  std::mutex mutex_;
  std::condition_variable wake_;  // stop_ or reclaim_ has changed
  std::atomic<bool> stop_{false};
  bool reclaim_ = false;  // guarded by mutex_
  std::thread thread_;
  std::thread housekeeper_;
};

}  // namespace plumbline
