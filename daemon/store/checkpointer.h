// Checkpointer: writes the state down so that the journal behind it can go.
//
// The writer stands still while the state is copied, and not while the copy is
// written. What fails is tried again; the journal is kept until then.

#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "core/pipeline.h"
#include "daemon/store/file_journal.h"

namespace plumbline {

class Checkpointer {
 public:
  // Checkpoints whenever the journal has grown by `every` bytes.
  Checkpointer(std::string directory, Pipeline* pipeline, FileJournal* journal,
               uint64_t every);
  // Ends without a last checkpoint.
  ~Checkpointer();

  // One more now, unless nothing has come since the last. False if it failed.
  bool Write();

  // [Any thread] Of the last: how long it took, and how long the writer stood
  // still for it. In seconds.
  double duration() const { return duration_.load(); }
  double pause() const { return pause_.load(); }
  uint64_t errors() const { return errors_.load(); }

 private:
  void Run();

  const std::string directory_;
  Pipeline* const pipeline_;
  FileJournal* const journal_;
  const uint64_t every_;

  std::atomic<double> duration_{0};
  std::atomic<double> pause_{0};
  std::atomic<uint64_t> errors_{0};
  std::mutex writing_;
  uint64_t written_ = 0;  // sequence of the last; guarded by writing_

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace plumbline
