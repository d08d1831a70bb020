// Database::Impl, for the files that implement Database.

#pragma once

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "daemon/store/checkpoint_files.h"
#include "daemon/store/database.h"
#include "daemon/store/fault.h"
#include "daemon/store/forgotten_filter.h"
#include "daemon/store/layout.h"
#include "daemon/store/store_env.h"

namespace plumbline {

// For a database that is opened for reading.
inline constexpr size_t kReadCacheBytes = size_t{8} << 20;

// Ends messages about damage of the database.
inline constexpr char kDamagedAdvice[] =
    "; restore a copy of the store, or see what plumbtool check-storage says";

class Database::Impl {
 public:
  Impl(const std::string& directory, size_t cache_bytes, bool read_only);
  ~Impl() { Close(); }

  rocksdb::Status OpenAll();
  void Close();
  CheckpointFiles::Targets Targets() const;

  // Reports the fault. `status` has the reason and the file.
  void Tell(StorageFault fault, const rocksdb::Status& status) const;
  void TellRead(const char* what, const rocksdb::Status& status) const;
  // Reports the fault and returns false.
  bool NotWritten(const rocksdb::Status& status) const;
  // Reports a table that could not be opened, if there is one.
  void TellUnopened() const;
  void OnBackgroundError(const rocksdb::Status& error) const;

  size_t FindSome(std::span<const PairKey> keys, std::vector<Record>* records,
                  std::vector<PairKey>* unreadable) const;
  // Calls `visit` for each entry until it returns false, and continues after
  // unreadable ranges; see Database::VisitGap. Returns the last status that was
  // not good, or Aborted.
  using VisitEntry = std::function<bool(const rocksdb::Slice& key,
                                        const rocksdb::Slice& value)>;
  // Each retry needs a new iterator. An iterator that failed keeps failing, and
  // may take another block for the unreadable one.
  using NewIterator = std::function<std::unique_ptr<rocksdb::Iterator>()>;
  rocksdb::Status Scan(Family family, const VisitEntry& visit,
                       const std::function<bool(const Gap&)>& visit_gap) const;
  rocksdb::Status Visit(const NewIterator& new_iterator,
                        const VisitEntry& visit,
                        const std::function<bool(const Gap&)>& visit_gap) const;
  std::vector<rocksdb::LiveFileMetaData> Tables(const char* family) const;
  rocksdb::Status Get(const std::string& key, std::string* value) const {
    return db->Get({}, families[kState], key, value);
  }

  uint64_t BytesOf(Family family) const;
  uint64_t MergedBytes(Family family) const;
  void NoteSizes(const StateImage& image);
  bool CanMerge(Family family) const {
    return listener->CanMerge(kFamilyNames[family]);
  }
  void Merge(Family family, std::atomic<bool>* cancel);
  void MakeSpace();
  bool HasRoomFor(const DatabaseUpdate& update) const;

  const std::string path;       // of RocksDB's directory
  const std::string new_files;  // directory
  const std::string store;      // directory
  const std::string reserve;    // file; see MakeReserve()
  const bool read_only;
  std::array<bool, kFamilies> compacts{};  // automatic compaction
  OnFault on_fault = IgnoreFault;
  bool has_space = true;     // at the last Tend()
  rocksdb::Status unopened;  // why some tables could not be opened
  // Sizes that remain after a merge: the newest image of each part of the
  // state, head and models, and the remembered pairs.
  uint64_t head_bytes = 0;
  std::map<uint32_t, uint64_t> model_bytes;
  std::atomic<uint64_t> remembered_bytes = UINT64_MAX;
  const std::shared_ptr<KeepingFiles> files = std::make_shared<KeepingFiles>();
  const std::unique_ptr<rocksdb::Env> env = std::make_unique<StoreEnv>(files);
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  std::shared_ptr<ForgottenFilterFactory> forgotten =
      std::make_shared<ForgottenFilterFactory>();
  const std::shared_ptr<rocksdb::Cache> cache;
  rocksdb::Options options;
  rocksdb::ColumnFamilyOptions pair_options;

  // Shared by readers; exclusive while it is closed and opened.
  mutable std::shared_mutex open_mutex;
  // Shared by readers that need one checkpoint. Locked after open_mutex.
  mutable std::shared_mutex change_mutex;
  rocksdb::DB* db = nullptr;  // null while it is closed
  std::vector<rocksdb::ColumnFamilyHandle*> families;
};

}  // namespace plumbline
