// What of RocksDB's surroundings must be other than it has them by itself.

#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/system_clock.h>

#include <atomic>
#include <chrono>
#include <cstdarg>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace plumbline {

// RocksDB's own log is a file in the directory, which ends the process when
// the disk is full. What matters comes back as a Status.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// Remembers that RocksDB has stopped, and keeps it from resuming by itself.
class Listener : public rocksdb::EventListener {
 public:
  using OnError = std::function<void(const rocksdb::Status& error)>;

  // REQUIRES: no database is open.
  void SetOnError(OnError on_error) { on_error_ = std::move(on_error); }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* error) override {
    const bool merging = reason == rocksdb::BackgroundErrorReason::kCompaction;
    // What is being written fails as well then, and tells of it.
    if (merging || !writes.load()) on_error_(*error);
    if (merging && error->IsCorruption()) {
      // Files that cannot be read cannot be merged. They keep nothing else from
      // being read or written.
      *error = rocksdb::Status::OK();
      return;
    }
    broken.store(true);
  }
  void OnCompactionCompleted(rocksdb::DB* /*db*/,
                             const rocksdb::CompactionJobInfo& job) override {
    const std::lock_guard lock(mutex_);
    Merges& merges = merges_[job.cf_name];
    if (job.status.ok()) merges.failed = 0;
    if (job.status.IsIOError() && !job.status.IsNoSpace()) {
      ++merges.failed;
      merges.last = Clock::now();
    }
    merges.damaged = merges.damaged || job.status.IsCorruption();
  }
  // False where the files of this family are better left alone: there is damage
  // in them, or merging them has failed some times in a row.
  bool CanMerge(const std::string& family) const {
    constexpr int kTries = 3;
    constexpr auto kRest = std::chrono::minutes(10);
    const std::lock_guard lock(mutex_);
    const auto merges = merges_.find(family);
    if (merges == merges_.end()) return true;
    const Merges& last = merges->second;
    return !last.damaged &&
           (last.failed < kTries || Clock::now() - last.last > kRest);
  }

  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/,
                            rocksdb::Status /*error*/,
                            bool* recovers) override {
    *recovers = false;
  }

  std::atomic<bool> broken{false};
  std::atomic<bool> writes{false};  // something is being written

 private:
  using Clock = std::chrono::steady_clock;
  struct Merges {
    bool damaged = false;
    int failed = 0;  // in a row
    Clock::time_point last;
  };

  OnError on_error_ = [](const rocksdb::Status&) {};
  mutable std::mutex mutex_;
  std::map<std::string, Merges> merges_;  // by family; guarded by mutex_
};

// Keeps files of tables from being removed while it is not certain what the
// database has of them. RocksDB 7.8 removes the files of an ingestion that
// failed, also where its manifest, whose sync failed, may name them: it would
// never be opened again. What is in vain is removed by the next opening.
class KeepingFiles : public rocksdb::FileSystemWrapper {
 public:
  KeepingFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "plumbline.keeping"; }

  void Keep() {
    const std::lock_guard lock(mutex_);
    keeps_ = true;
  }
  // All is certain: what was to be removed meanwhile is.
  void Release();
  // It is about to be opened, which removes what is in vain.
  void Forget() {
    const std::lock_guard lock(mutex_);
    keeps_ = false;
    removed_.clear();
  }

  rocksdb::IOStatus DeleteFile(const std::string& file,
                               const rocksdb::IOOptions& io,
                               rocksdb::IODebugContext* debug) override;

 private:
  std::mutex mutex_;
  bool keeps_ = false;                // guarded by mutex_
  std::vector<std::string> removed_;  // guarded by mutex_
};

// A compaction that failed sleeps for a second, and closing waits for it. Here
// Tend() decides when something is tried again.
class ShortSleeps : public rocksdb::SystemClockWrapper {
 public:
  ShortSleeps() : SystemClockWrapper(rocksdb::SystemClock::Default()) {}
  const char* Name() const override { return "plumbline.short_sleeps"; }
  void SleepForMicroseconds(int us) override;
};

class StoreEnv : public rocksdb::EnvWrapper {
 public:
  explicit StoreEnv(std::shared_ptr<rocksdb::FileSystem> files)
      : EnvWrapper(rocksdb::Env::Default()) {
    file_system_ = std::move(files);
    system_clock_ = std::make_shared<ShortSleeps>();
  }
  const char* Name() const override { return "plumbline.env"; }
};

}  // namespace plumbline
