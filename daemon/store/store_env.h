// What of RocksDB's surroundings must be other than it has them by itself.

#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>
#include <rocksdb/system_clock.h>

#include <atomic>
#include <cstdarg>
#include <memory>
#include <mutex>
#include <string>
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
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* /*error*/) override {
    broken.store(true);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/,
                            rocksdb::Status /*error*/,
                            bool* recovers) override {
    *recovers = false;
  }
  std::atomic<bool> broken{false};
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
