// ForgottenFilter: removes forgotten records from files during RocksDB
// compactions.

#pragma once

#include <rocksdb/compaction_filter.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/pairs/liveness_snapshot.h"

namespace plumbline {

// Removes forgotten records, and the key with the last of them. RocksDB leaves
// a tombstone where an older file may still hold the key.
class ForgottenFilter : public rocksdb::CompactionFilter {
 public:
  explicit ForgottenFilter(std::shared_ptr<const Remembered> remembered)
      : remembered_(std::move(remembered)) {}
  const char* Name() const override { return "plumbline.forgotten"; }
  bool Filter(int level, const rocksdb::Slice& key, const rocksdb::Slice& value,
              std::string* rest, bool* changed) const override;

 private:
  const std::shared_ptr<const Remembered> remembered_;
};

class ForgottenFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  const char* Name() const override { return "plumbline.forgotten"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& context) override;
  void Set(std::shared_ptr<const Remembered> remembered) {
    const std::lock_guard lock(mutex_);
    remembered_ = std::move(remembered);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Remembered> remembered_;  // guarded by mutex_
};

}  // namespace plumbline
