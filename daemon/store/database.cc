#include "daemon/store/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <system_error>
#include <utility>

#include "daemon/store/database_impl.h"
#include "daemon/store/files.h"

namespace plumbline {

using rocksdb::Status;

Database::Impl::Impl(const std::string& directory, size_t cache_bytes,
                     bool only_reads)
    : path(directory + "/db"),
      new_files(directory + "/checkpoint.tmp"),
      store(directory),
      reserve(directory + "/reserve"),
      read_only(only_reads),
      cache(rocksdb::NewLRUCache(cache_bytes)) {
  options.env = env.get();
  options.paranoid_checks = !read_only;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = std::make_shared<NoLog>();
  listener->SetOnError(
      [this](const Status& error) { OnBackgroundError(error); });
  options.listeners = {listener};
  options.compression = rocksdb::kNoCompression;
  options.max_background_jobs = 2;
  options.max_manifest_file_size = uint64_t{4} << 20;
  options.manifest_preallocation_size = size_t{64} << 10;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.write_buffer_size = size_t{1} << 20;  // unused
  options.avoid_flush_during_recovery = true;
  options.avoid_flush_during_shutdown = true;
  // Keys are evenly spread, so each file overlaps with all others. Merging
  // whole runs rewrites a pair a few times; levelled compaction would do it
  // dozens of times.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.max_size_amplification_percent = 100;
  options.level0_file_num_compaction_trigger = 6;
  options.disable_auto_compactions = true;  // until Tend()
  options.level0_slowdown_writes_trigger = 1 << 20;
  options.level0_stop_writes_trigger = 1 << 20;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  // If a block of a table cannot be read, its filter still excludes all new ids
  // but one in 10,000 at this size.
  constexpr double kFilterBits = 20;  // per key
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBits));
  // Partitioned, so that parts can be evicted and the cache keeps its size.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // Compactions must not slow down requests.
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW,
                                          rocksdb::CpuPriority::kLow);
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::BOTTOM,
                                          rocksdb::CpuPriority::kLow);
  pair_options = options;
  pair_options.compaction_filter_factory = forgotten;
}

// RocksDB would create a new manifest then, and delete the tables.
bool LacksManifest(const std::string& path) {
  std::error_code none;
  if (std::filesystem::exists(path + "/CURRENT", none)) return false;
  const auto entries = std::filesystem::directory_iterator(path, none);
  return !none && std::any_of(begin(entries), end(entries), [](const auto& e) {
    return e.path().extension() == ".sst";
  });
}

// True for damage of a table, and of nothing else.
bool NamesTable(const Status& status) {
  return status.IsCorruption() &&
         status.ToString().find(".sst") != std::string::npos;
}

Status Database::Impl::OpenAll() {
  const std::unique_lock lock(open_mutex);
  if (LacksManifest(path)) {
    return Status::Corruption("CURRENT is missing");
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (size_t i = 0; i < kFamilies; ++i) {
    wanted.emplace_back(kFamilyNames[i], i == kPairs ? pair_options : options);
  }
  if (read_only) {
    return rocksdb::DB::OpenForReadOnly(options, path, wanted, &families, &db);
  }
  // The manifest is final now: opening deletes all files that it does not name.
  files->Forget();
  Status status = rocksdb::DB::Open(options, path, wanted, &families, &db);
  const bool no_space = status.IsNoSpace() || !HasFreeSpace(store);
  if (!status.ok() && no_space && unlink(reserve.c_str()) == 0) {
    status = rocksdb::DB::Open(options, path, wanted, &families, &db);
  }
  unopened = NamesTable(status) ? status : Status::OK();
  if (!unopened.ok()) {
    rocksdb::DBOptions passing(options);
    passing.paranoid_checks = false;  // skips tables that cannot be opened
    status = rocksdb::DB::Open(passing, path, wanted, &families, &db);
  }
  if (!status.ok()) return status;
  listener->broken.store(false);
  compacts = {};
  return status;
}

void Database::Impl::Close() {
  const std::unique_lock lock(open_mutex);
  if (db == nullptr) return;
  for (auto* family : families) db->DestroyColumnFamilyHandle(family);
  families.clear();
  db->Close();
  delete std::exchange(db, nullptr);
}

CheckpointFiles::Targets Database::Impl::Targets() const {
  CheckpointFiles::Targets targets;
  for (size_t i = 0; i < kFamilies; ++i) {
    targets[i] = {families[i],
                  i == kPairs ? rocksdb::Options({}, pair_options) : options};
  }
  return targets;
}

Database::Database(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Database::~Database() = default;

std::unique_ptr<Database> Database::Open(const std::string& directory,
                                         size_t cache_bytes, std::string* error,
                                         bool* no_space) {
  auto impl = std::make_unique<Impl>(directory, cache_bytes, false);
  const Status status = impl->OpenAll();
  if (no_space != nullptr) *no_space = status.IsNoSpace();
  if (!status.ok()) {
    *error = impl->path + ": cannot be opened: " + status.ToString();
    if (status.IsCorruption()) *error += kDamagedAdvice;
    return nullptr;
  }
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

std::unique_ptr<Database> Database::OpenToRead(const std::string& directory,
                                               std::string* error) {
  auto impl = std::make_unique<Impl>(directory, kReadCacheBytes, true);
  const Status status = impl->OpenAll();
  if (!status.ok()) {
    *error = impl->path + ": cannot be read: " + status.ToString();
    return nullptr;
  }
  return std::unique_ptr<Database>(new Database(std::move(impl)));
}

void Database::SetOnFault(OnFault on_fault) {
  impl_->on_fault = std::move(on_fault);
  impl_->TellUnopened();
}

// ---- Faults ----

void Database::Impl::Tell(StorageFault fault, const Status& status) const {
  fault.error = status.ToString();
  fault.damage = status.IsCorruption();
  fault.file = path;
  // RocksDB gives the place as text, such as "FILE offset 5 size 4096".
  const std::string& text = fault.error;
  if (const size_t begin = text.find(store + "/"); begin != text.npos) {
    const size_t end = text.find_first_of(" :,;", begin + store.size());
    fault.file = text.substr(begin, end - begin);
    constexpr std::string_view kOffset = " offset ";
    if (end != text.npos && text.compare(end, kOffset.size(), kOffset) == 0) {
      fault.offset =
          std::strtoull(text.c_str() + end + kOffset.size(), nullptr, 10);
    }
  }
  on_fault(fault);
}

void Database::Impl::TellRead(const char* what, const Status& status) const {
  const char* const meaning =
      status.IsCorruption()
          ? "requests that need it are answered 503, all else goes on; stop "
            "the daemon and have plumbtool check-storage name the damaged "
            "files; restore a copy of the store, or let --drop-damaged forget "
            "what they hold"
          : "requests that need it are answered 503 until it can be read";
  Tell({.operation = StorageOperation::kRead, .what = what, .meaning = meaning},
       status);
}

void Database::Impl::TellUnopened() const {
  if (unopened.ok()) return;
  TellRead("a file of the store cannot be opened", unopened);
}

bool Database::Impl::NotWritten(const Status& status) const {
  Tell({.operation = StorageOperation::kCheckpoint,
        .what = "a checkpoint could not be written",
        .meaning =
            "it is tried again, and the journal kept until it is there; where "
            "too much comes meanwhile ingest answers 503"},
       status);
  return false;
}

void Database::Impl::OnBackgroundError(const Status& error) const {
  if (error.IsCorruption()) {
    TellRead("files of the store are not merged any more, as one is damaged",
             error);
    return;
  }
  Tell({.operation = StorageOperation::kCheckpoint,
        .what = "files of the store could not be merged",
        .meaning = "the database is opened again, and it is tried again"},
       error);
}

bool Database::Write(const DatabaseUpdate& update) {
  const std::shared_lock lock(impl_->open_mutex);
  const auto stopped =
      Status::Incomplete("the database is closed until it can be opened again");
  if (impl_->db == nullptr || broken()) return impl_->NotWritten(stopped);
  impl_->NoteSizes(update.image);
  for (const uint32_t gone : update.removed_models) {
    impl_->model_bytes.erase(gone);
  }
  if (!impl_->HasRoomFor(update)) {
    impl_->MakeSpace();
    if (broken()) return impl_->NotWritten(stopped);
    if (!impl_->HasRoomFor(update)) {
      return impl_->NotWritten(Status::NoSpace(
          impl_->store +
          ": the disk has no room for it and for merging files"));
    }
  }
  // Before any file of the update can be compacted.
  impl_->forgotten->Set(nullptr);
  CheckpointFiles files(impl_->new_files, impl_->Targets());
  Status status = files.Write(update);
  if (!status.ok()) return impl_->NotWritten(status);
  {
    // Atomic for readers of several families.
    const std::unique_lock change(impl_->change_mutex);
    impl_->files->Keep();
    impl_->listener->writes.store(true);
    status = impl_->db->IngestExternalFiles(files.files());
    impl_->listener->writes.store(false);
    if (status.ok()) impl_->files->Release();
  }
  return status.ok() || impl_->NotWritten(status);
}

Database::Tended Database::Tend() {
  const bool had_space =
      std::exchange(impl_->has_space, HasFreeSpace(impl_->store));
  if (!impl_->has_space) {
    // Closing takes a second. Do it now, not when there is space again and
    // requests wait.
    if (broken()) impl_->Close();
    return Tended::kAsBefore;
  }
  const bool was_broken = broken() || impl_->db == nullptr;
  if (was_broken && !Reopen()) return Tended::kFailed;
  Furnish();
  return was_broken || !had_space ? Tended::kMended : Tended::kAsBefore;
}

bool Database::broken() const { return impl_->listener->broken.load(); }

bool Database::is_open() const {
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  return lock.owns_lock() && impl_->db != nullptr;
}

bool Database::Reopen() {
  impl_->Close();
  const Status status = impl_->OpenAll();
  if (status.ok()) {
    impl_->TellUnopened();
    return true;
  }
  impl_->Tell({.operation = StorageOperation::kCheckpoint,
               .what = "the database cannot be opened again",
               .meaning = "no checkpoint is written, and requests that need "
                          "it are answered 503, until it can be opened"},
              status);
  return false;
}

void Database::SetRemembered(std::shared_ptr<const Remembered> remembered,
                             uint64_t records) {
  impl_->forgotten->Set(std::move(remembered));
  constexpr uint64_t kAtMost = 96;  // of a record with its key
  impl_->remembered_bytes.store(records * kAtMost + (uint64_t{1} << 20));
}

void Database::Compact(std::atomic<bool>* cancel) {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db != nullptr) impl_->Merge(kPairs, cancel);
}

bool Database::CopyTo(const std::string& directory) const {
  const std::shared_lock lock(impl_->open_mutex);
  Status status = Status::Incomplete("the database is closed");
  if (impl_->db != nullptr) {
    rocksdb::Checkpoint* made = nullptr;
    status = rocksdb::Checkpoint::Create(impl_->db, &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) {
      status = checkpoint->CreateCheckpoint(directory + "/db");
    }
  }
  if (status.ok()) return true;
  impl_->Tell({.operation = StorageOperation::kCheckpoint,
               .what = "a copy of the store could not be made",
               .meaning = "the request for it is answered 503"},
              status);
  return false;
}

}  // namespace plumbline
