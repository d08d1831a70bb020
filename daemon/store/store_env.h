// Replacements for parts of RocksDB's environment.

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

// Discards RocksDB's own log. It is a file in the directory and ends the
// process when the disk is full. Important errors come back as a Status.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// Records that RocksDB has stopped, and keeps it from resuming by itself.
class Listener : public rocksdb::EventListener {
 public:
  using OnError = std::function<void(const rocksdb::Status& error)>;

  // REQUIRES: no database is open.
  void SetOnError(OnError on_error) { on_error_ = std::move(on_error); }

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* error) override {
    const bool merging = reason == rocksdb::BackgroundErrorReason::kCompaction;
    // A write in progress fails too, and reports the error itself.
    if (merging || !writes.load()) on_error_(*error);
    if (merging && error->IsCorruption()) {
      // Unreadable files cannot be merged. They do not affect other reads and
      // writes.
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
  // False if files of this family should not be merged: they are damaged, or
  // merging them failed several times in a row.
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
  std::atomic<bool> writes{false};  // a write is in progress

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

// Defers the deletion of table files while it is uncertain which of them the
// database names. RocksDB 7.8 deletes the files of a failed ingestion even if
// its manifest, whose sync failed, may name them. It could never be opened
// again then. The next opening deletes obsolete files.
class KeepingFiles : public rocksdb::FileSystemWrapper {
 public:
  KeepingFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "plumbline.keeping"; }

  void Keep() {
    const std::lock_guard lock(mutex_);
    keeps_ = true;
  }
  // Certain again: deletes the deferred files.
  void Release();
  // Call before the database is opened, which deletes obsolete files.
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

// RocksDB sleeps for a second after a failed compaction, and closing waits for
// that. Here Tend() decides when to retry.
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
