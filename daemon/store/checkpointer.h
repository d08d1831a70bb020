// Checkpointer: writes dirty data into the database, so that journal segments
// can be removed and pairs can leave memory.
//
// A checkpoint is the state at one moment between two commit groups. Dirty
// models and pairs are copied in small steps after it, as they were at that
// moment (core/model/dirty_models.h, core/pairs/dirty_pairs.h). The writer
// stops for one of these steps at a time, and not while the copy is
// written to disk. A copy that cannot be written is kept and retried. The
// journal is kept until it succeeds.

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
    KeyFilter* filter;  // completed, and kept current
    HistoryStore* history;
    Pacer* pacer;
    OnFault on_fault = IgnoreFault;
  };
  // Thresholds that make a checkpoint due.
  struct Due {
    uint64_t journal_bytes;
    int64_t dirty_records;
  };

  // `stored`: the checkpoint that restored the state.
  Checkpointer(const Parts& parts, const Due& due,
               const Database::Stored& stored);
  ~Checkpointer() { Stop(); }
  // Stops without a last checkpoint. Write() may still be called.
  void Stop();

  // Writes a checkpoint now, unless nothing was committed since the last. False
  // on failure.
  bool Write();

  // Copies the current store into a new directory. False on failure: then there
  // is no such directory.
  bool WriteSnapshot(const std::string& store, const std::string& directory);

  // [Any thread] The duration of the last checkpoint, and the longest stop of
  // the writer during it. In seconds.
  double duration() const { return duration_.load(); }
  double pause() const { return pause_.load(); }
  // True if the last checkpoint failed and is being retried.
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
  void CopyInSteps(const std::function<bool(State*)>& copy);
  void CopyModels();
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
  uint64_t written_;                              // sequence of the last one
  std::vector<uint32_t> models_;                  // in the last one
  double longest_ = 0;                            // stop so far, in seconds
  std::optional<DatabaseUpdate> pending_;         // copied, but not stored
  bool tried_ = false;                            // pending_ may be stored
  std::shared_ptr<const Remembered> remembered_;  // at the copy
  KeyFilter::Ages first_;                         // at the copy
  KeyFilter::Ages next_;                          // at the copy
  uint64_t records_ = 0;                          // at the copy
  uint64_t image_bytes_;                          // of the last copy
  bool short_of_space_ = false;
  std::atomic<uint64_t> compacted_bytes_{0};  // of pairs, after compaction
  std::chrono::steady_clock::time_point last_;
  // The delay before a failed step is retried.
  static constexpr auto kRetry = std::chrono::milliseconds(200);
  std::chrono::milliseconds retry_{kRetry};  // doubles with each failure
  std::chrono::steady_clock::time_point write_not_before_;
  std::chrono::steady_clock::time_point tend_not_before_;

  std::mutex mutex_;
  std::condition_variable wake_;  // signals changes of stop_ and reclaim_
  std::atomic<bool> stop_{false};
  bool reclaim_ = false;  // guarded by mutex_
  std::thread thread_;
  std::thread housekeeper_;
};

}  // namespace plumbline
