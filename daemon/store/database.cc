#include "daemon/store/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/system_clock.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <utility>

#include "core/bytes.h"
#include "core/join/prefetch.h"
#include "daemon/store/files.h"

namespace plumbline {
namespace {

using rocksdb::Slice;
using rocksdb::Status;

enum Family : size_t { kDefault, kPairs, kState, kHistory, kFamilies };
constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "default", "pairs", "state", "history"};
constexpr char kHeadKey[] = "head";
constexpr char kModelKey[] = "model";  // and the number, big-endian
constexpr char kSequenceKey[] = "sequence";

constexpr size_t kKeyBytes = sizeof(PairKey);
// A stored record is the struct's tail: fixed-width fields of a little-endian
// machine, and bit-fields as the Itanium ABI lays them out.
constexpr size_t kRecordOffset = offsetof(Record, owner);
constexpr size_t kStoredBytes = sizeof(Record) - kRecordOffset;
static_assert(kRecordOffset == 20 && kStoredBytes == 44);

constexpr size_t kLookUps = 1024;  // keys of one MultiGet
constexpr size_t kReadCacheBytes = size_t{8} << 20;

// By key; none: removed.
using Changes = std::map<std::string, std::optional<std::string>>;

using KeyBytes = std::array<char, kKeyBytes>;

KeyBytes Encode(const PairKey& key) {
  const uint64_t parts[2] = {__builtin_bswap64(key.hi),
                             __builtin_bswap64(key.lo)};
  KeyBytes bytes;
  std::memcpy(bytes.data(), parts, kKeyBytes);
  return bytes;
}

PairKey DecodeKey(const Slice& bytes) {
  uint64_t parts[2];
  std::memcpy(parts, bytes.data(), kKeyBytes);
  return {__builtin_bswap64(parts[0]), __builtin_bswap64(parts[1])};
}

void AppendStored(const Record& record, std::string* value) {
  value->append(reinterpret_cast<const char*>(&record) + kRecordOffset,
                kStoredBytes);
}

Record DecodeRecord(const PairKey& key, const char* bytes) {
  Record record;
  std::memcpy(reinterpret_cast<char*>(&record) + kRecordOffset, bytes,
              kStoredBytes);
  record.key = key;
  return record;
}

std::string ModelKey(uint32_t number) {
  std::string key = kModelKey;
  for (int shift = 24; shift >= 0; shift -= 8) {
    key += static_cast<char>(number >> shift);
  }
  return key;
}

uint64_t SizeOf(const DatabaseUpdate& update) {
  uint64_t size =
      update.image.head.size() + update.pairs.size() * sizeof(Record);
  for (const auto& [number, model] : update.image.models) size += model.size();
  for (const auto& [key, step] : update.history) {
    size += key.size() + (step ? step->size() : 0);
  }
  return size;
}

// RocksDB's own log is a file in the directory, which ends the process when
// the disk is full (see the essay). What matters comes back as a Status.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char* /*format*/, va_list /*arguments*/) override {}
};

// Remembers that RocksDB has stopped, and keeps it from resuming by itself.
class Listener : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         Status* /*error*/) override {
    broken.store(true);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/,
                            Status /*error*/, bool* recovers) override {
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
  void Release() {
    std::vector<std::string> removed;
    {
      const std::lock_guard lock(mutex_);
      keeps_ = false;
      removed.swap(removed_);
    }
    for (const std::string& file : removed) unlink(file.c_str());
  }
  // It is about to be opened, which removes what is in vain.
  void Forget() {
    const std::lock_guard lock(mutex_);
    keeps_ = false;
    removed_.clear();
  }

  rocksdb::IOStatus DeleteFile(const std::string& file,
                               const rocksdb::IOOptions& io,
                               rocksdb::IODebugContext* debug) override {
    if (file.ends_with(".sst") || file.ends_with(".ldb")) {
      const std::lock_guard lock(mutex_);
      if (keeps_) {
        removed_.push_back(file);
        return rocksdb::IOStatus::OK();
      }
    }
    return FileSystemWrapper::DeleteFile(file, io, debug);
  }

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
  void SleepForMicroseconds(int us) override {
    constexpr int kLongest = 10'000;
    SystemClockWrapper::SleepForMicroseconds(std::min(us, kLongest));
  }
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

// Removes records that are not remembered, and the key with the last of them.
// RocksDB leaves a tombstone where an older file may still hold the key.
class ForgottenFilter : public rocksdb::CompactionFilter {
 public:
  explicit ForgottenFilter(std::shared_ptr<const Remembered> remembered)
      : remembered_(std::move(remembered)) {}
  const char* Name() const override { return "plumbline.forgotten"; }
  bool Filter(int /*level*/, const Slice& key, const Slice& value,
              std::string* rest, bool* changed) const override {
    if (remembered_ == nullptr || key.size() != kKeyBytes) return false;
    const PairKey pair = DecodeKey(key);
    rest->clear();
    for (size_t i = 0; i + kStoredBytes <= value.size(); i += kStoredBytes) {
      const char* const record = value.data() + i;
      if (remembered_->Alive(DecodeRecord(pair, record))) {
        rest->append(record, kStoredBytes);
      }
    }
    *changed = !rest->empty() && rest->size() < value.size();
    return rest->empty();
  }

 private:
  const std::shared_ptr<const Remembered> remembered_;
};

class ForgottenFilterFactory : public rocksdb::CompactionFilterFactory {
 public:
  const char* Name() const override { return "plumbline.forgotten"; }
  std::unique_ptr<rocksdb::CompactionFilter> CreateCompactionFilter(
      const rocksdb::CompactionFilter::Context& /*context*/) override {
    const std::lock_guard lock(mutex_);
    return std::make_unique<ForgottenFilter>(remembered_);
  }
  void Set(std::shared_ptr<const Remembered> remembered) {
    const std::lock_guard lock(mutex_);
    remembered_ = std::move(remembered);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const Remembered> remembered_;  // guarded by mutex_
};

}  // namespace

class Database::Impl {
 public:
  Impl(const std::string& directory, size_t cache_bytes, bool read_only);
  ~Impl() { Close(); }

  Status OpenAll();
  void Close();
  Status WriteFiles(const DatabaseUpdate& update,
                    std::vector<rocksdb::IngestExternalFileArg>* files);
  Status WritePairs(const DatabaseUpdate& update);
  Status WriteState(const DatabaseUpdate& update);
  Status WriteChanges(Family family, const Changes& changes);
  Status FindSome(std::span<const PairKey> keys,
                  std::vector<Record>* records) const;
  Status Get(const std::string& key, std::string* value) const {
    return db->Get({}, families[kState], key, value);
  }

  const std::string path;       // of RocksDB's directory
  const std::string new_files;  // directory
  const std::string store;      // directory
  const std::string reserve;    // file; see MakeReserve()
  const bool read_only;
  bool compacts = false;  // by itself
  bool has_space = true;  // as Tend() saw it last
  const std::shared_ptr<KeepingFiles> files = std::make_shared<KeepingFiles>();
  const std::unique_ptr<rocksdb::Env> env = std::make_unique<StoreEnv>(files);
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  std::shared_ptr<ForgottenFilterFactory> forgotten =
      std::make_shared<ForgottenFilterFactory>();
  rocksdb::Options options;
  rocksdb::ColumnFamilyOptions pair_options;

  // Shared by those who read; alone when it is closed and opened.
  mutable std::shared_mutex open_mutex;
  // Shared by those who look at all of one checkpoint. After open_mutex.
  mutable std::shared_mutex change_mutex;
  rocksdb::DB* db = nullptr;  // null while it is closed
  std::vector<rocksdb::ColumnFamilyHandle*> families;
};

Database::Impl::Impl(const std::string& directory, size_t cache_bytes,
                     bool only_reads)
    : path(directory + "/db"),
      new_files(directory + "/checkpoint.tmp"),
      store(directory),
      reserve(directory + "/reserve"),
      read_only(only_reads) {
  options.env = env.get();
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log = std::make_shared<NoLog>();
  options.listeners = {listener};
  options.compression = rocksdb::kNoCompression;
  options.max_background_jobs = 2;
  options.max_manifest_file_size = uint64_t{4} << 20;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.write_buffer_size = size_t{1} << 20;  // never used
  options.avoid_flush_during_recovery = true;
  options.avoid_flush_during_shutdown = true;
  // Keys are spread evenly, so a file overlaps with all others: merging whole
  // runs rewrites each pair some times, levels would do it dozens of times.
  options.compaction_style = rocksdb::kCompactionStyleUniversal;
  options.compaction_options_universal.max_size_amplification_percent = 100;
  options.level0_file_num_compaction_trigger = 6;
  options.disable_auto_compactions = true;  // until Tend()
  options.level0_slowdown_writes_trigger = 1 << 20;
  options.level0_stop_writes_trigger = 1 << 20;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  // In parts, so that they may leave the cache and it keeps its size.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.cache_index_and_filter_blocks = true;
  table.format_version = 5;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  // What answers waits for no one who merges files.
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW,
                                          rocksdb::CpuPriority::kLow);
  options.env->LowerThreadPoolCPUPriority(rocksdb::Env::BOTTOM,
                                          rocksdb::CpuPriority::kLow);
  pair_options = options;
  pair_options.compaction_filter_factory = forgotten;
}

// It would be made anew, and what is there be removed.
bool LacksManifest(const std::string& path) {
  std::error_code none;
  if (std::filesystem::exists(path + "/CURRENT", none)) return false;
  const auto entries = std::filesystem::directory_iterator(path, none);
  return !none && std::any_of(begin(entries), end(entries), [](const auto& e) {
    return e.path().extension() == ".sst";
  });
}

Status Database::Impl::OpenAll() {
  const std::unique_lock lock(open_mutex);
  if (LacksManifest(path)) {
    return Status::Corruption("CURRENT is missing; restore it from a backup");
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> wanted;
  for (size_t i = 0; i < kFamilies; ++i) {
    wanted.emplace_back(kFamilyNames[i], i == kPairs ? pair_options : options);
  }
  if (read_only) {
    return rocksdb::DB::OpenForReadOnly(options, path, wanted, &families, &db);
  }
  // What the manifest says now is all there is: opening removes other files.
  files->Forget();
  Status status = rocksdb::DB::Open(options, path, wanted, &families, &db);
  const bool no_space = status.IsNoSpace() || !HasFreeSpace(store);
  if (!status.ok() && no_space && unlink(reserve.c_str()) == 0) {
    status = rocksdb::DB::Open(options, path, wanted, &families, &db);
  }
  if (!status.ok()) return status;
  listener->broken.store(false);
  compacts = false;
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

Status Database::Impl::WritePairs(const DatabaseUpdate& update) {
  struct Chain {
    uint64_t hi;  // of its key
    uint32_t first;
  };
  const std::vector<Record>& pairs = update.pairs;
  std::vector<Chain> chains;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || pairs[i].key != pairs[i - 1].key) {
      chains.push_back({pairs[i].key.hi, static_cast<uint32_t>(i)});
    }
  }
  std::sort(chains.begin(), chains.end(), [&](const Chain& a, const Chain& b) {
    if (a.hi != b.hi) return a.hi < b.hi;
    return pairs[a.first].key.lo < pairs[b.first].key.lo;
  });

  rocksdb::SstFileWriter writer({}, rocksdb::Options({}, pair_options),
                                families[kPairs]);
  Status status = writer.Open(new_files + "/pairs");
  std::string value;
  for (size_t c = 0; c < chains.size() && status.ok(); ++c) {
    // In the order of keys, which is anywhere in the copy.
    constexpr size_t kAhead = 16;
    if (c + kAhead < chains.size()) Prefetch(&pairs[chains[c + kAhead].first]);
    value.clear();
    const PairKey& pair_key = pairs[chains[c].first].key;
    for (size_t i = chains[c].first;
         i < pairs.size() && pairs[i].key == pair_key; ++i) {
      AppendStored(pairs[i], &value);
    }
    const KeyBytes key = Encode(pair_key);
    status = writer.Put(Slice(key.data(), key.size()), value);
  }
  return status.ok() ? writer.Finish() : status;
}

Status Database::Impl::WriteState(const DatabaseUpdate& update) {
  Changes changes;
  for (const auto& [number, model] : update.image.models) {
    changes[ModelKey(number)] = model;
  }
  for (const uint32_t number : update.removed_models) {
    changes[ModelKey(number)] = std::nullopt;
  }
  std::string sequence;
  ByteWriter(&sequence).Put(update.sequence);
  changes[kHeadKey] = update.image.head;
  changes[kSequenceKey] = sequence;
  return WriteChanges(kState, changes);
}

Status Database::Impl::WriteChanges(Family family, const Changes& changes) {
  rocksdb::SstFileWriter writer({}, options, families[family]);
  Status status = writer.Open(new_files + "/" + kFamilyNames[family]);
  for (const auto& [key, value] : changes) {
    if (!status.ok()) return status;
    status = value ? writer.Put(key, *value) : writer.Delete(key);
  }
  return status.ok() ? writer.Finish() : status;
}

Status Database::Impl::WriteFiles(
    const DatabaseUpdate& update,
    std::vector<rocksdb::IngestExternalFileArg>* files) {
  std::error_code failed;
  std::filesystem::remove_all(new_files, failed);
  std::filesystem::create_directory(new_files, failed);
  if (failed) return Status::IOError(failed.message());
  const auto add = [this, files](Family family) {
    rocksdb::IngestExternalFileArg arg;
    arg.column_family = families[family];
    arg.external_files = {new_files + "/" + kFamilyNames[family]};
    arg.options.move_files = true;
    arg.options.write_global_seqno = false;
    arg.options.snapshot_consistency = false;  // there are none
    files->push_back(std::move(arg));
  };
  Status status;
  if (!update.pairs.empty()) {
    status = WritePairs(update);
    add(kPairs);
  }
  if (status.ok() && !update.history.empty()) {
    status = WriteChanges(kHistory, update.history);
    add(kHistory);
  }
  if (status.ok()) status = WriteState(update);
  add(kState);
  return status;
}

Status Database::Impl::FindSome(std::span<const PairKey> keys,
                                std::vector<Record>* records) const {
  std::vector<KeyBytes> bytes;
  std::vector<Slice> slices;
  bytes.reserve(keys.size());
  slices.reserve(keys.size());
  for (const PairKey& key : keys) {
    bytes.push_back(Encode(key));
    slices.emplace_back(bytes.back().data(), kKeyBytes);
  }
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<Status> found(keys.size());
  db->MultiGet({}, families[kPairs], keys.size(), slices.data(), values.data(),
               found.data(), true);
  for (size_t k = 0; k < keys.size(); ++k) {
    if (found[k].IsNotFound()) continue;
    if (!found[k].ok()) return found[k];
    if (values[k].size() % kStoredBytes != 0) {
      return Status::Corruption("a pair is of no known size");
    }
    for (size_t i = 0; i < values[k].size(); i += kStoredBytes) {
      records->push_back(DecodeRecord(keys[k], values[k].data() + i));
    }
  }
  return {};
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

std::optional<Database::Stored> Database::Read(std::string* error) const {
  const std::shared_lock lock(impl_->open_mutex);
  Stored stored;
  std::string sequence;
  Status status = impl_->Get(kSequenceKey, &sequence);
  if (status.IsNotFound()) return stored;
  if (status.ok()) status = impl_->Get(kHeadKey, &stored.image.head);
  stored.sequence = ByteReader(sequence).Get<uint64_t>();
  if (status.ok()) {
    for (const uint32_t number : ModelsOf(stored.image.head)) {
      status = impl_->Get(ModelKey(number), &stored.image.models[number]);
      if (!status.ok()) break;
    }
  }
  if (status.ok()) return stored;
  *error = impl_->path + ": is damaged: " + status.ToString() +
           "; restore it, and the journal beside it, from a backup";
  return std::nullopt;
}

std::optional<uint64_t> Database::sequence() const {
  const std::shared_lock lock(impl_->open_mutex);
  std::string bytes;
  if (impl_->db == nullptr) return std::nullopt;
  const Status status = impl_->Get(kSequenceKey, &bytes);
  if (status.IsNotFound()) return 1;
  if (!status.ok()) return std::nullopt;
  return ByteReader(bytes).Get<uint64_t>();
}

bool Database::Find(std::span<const PairKey> keys,
                    std::vector<Record>* records) const {
  // It may be closed for a second: who asks does not wait for that.
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  if (!lock.owns_lock() || impl_->db == nullptr) return false;
  for (size_t begin = 0; begin < keys.size(); begin += kLookUps) {
    const auto some =
        keys.subspan(begin, std::min(kLookUps, keys.size() - begin));
    if (!impl_->FindSome(some, records).ok()) return false;
  }
  return true;
}

bool Database::ForEachKey(
    const std::function<bool(const PairKey&)>& visit) const {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr) return false;
  rocksdb::ReadOptions read;
  read.fill_cache = false;
  read.readahead_size = size_t{1} << 20;
  const std::unique_ptr<rocksdb::Iterator> it(
      impl_->db->NewIterator(read, impl_->families[kPairs]));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    if (it->key().size() != kKeyBytes) return false;
    if (!visit(DecodeKey(it->key()))) return false;
  }
  return it->status().ok();
}

bool Database::ReadHistory(const std::string& key,
                           std::optional<std::string>* value) const {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr) return false;
  std::string found;
  const Status status =
      impl_->db->Get({}, impl_->families[kHistory], key, &found);
  value->reset();
  if (status.ok()) *value = std::move(found);
  return status.ok() || status.IsNotFound();
}

bool Database::ForEachHistory(const VisitHistory& visit) const {
  const View view(this);
  return view.good() && view.ForEachHistory("", "", visit);
}

Database::View::View(const Database* database)
    : impl_(database->impl_.get()),
      opened_(impl_->open_mutex, std::try_to_lock),
      unchanged_(impl_->change_mutex) {}

bool Database::View::good() const {
  return opened_.owns_lock() && impl_->db != nullptr;
}

uint64_t Database::View::sequence() const {
  std::string bytes;
  const Status status = impl_->Get(kSequenceKey, &bytes);
  return status.ok() ? ByteReader(bytes).Get<uint64_t>() : 0;
}

bool Database::View::ForEachHistory(const std::string& from,
                                    const std::string& to,
                                    const VisitHistory& visit) const {
  const std::unique_ptr<rocksdb::Iterator> it(
      impl_->db->NewIterator({}, impl_->families[kHistory]));
  for (it->Seek(from); it->Valid(); it->Next()) {
    if (!to.empty() && it->key().compare(to) >= 0) break;
    if (!visit(it->key().ToStringView(), it->value().ToStringView())) {
      return false;
    }
  }
  return it->status().ok();
}

bool Database::Write(const DatabaseUpdate& update) {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr || broken() ||
      !HasFreeSpace(impl_->store, SizeOf(update))) {
    return false;
  }
  // Before a file of it can be compacted.
  impl_->forgotten->Set(nullptr);
  std::vector<rocksdb::IngestExternalFileArg> files;
  Status status = impl_->WriteFiles(update, &files);
  if (status.ok()) {
    // All at once, for one who looks at several families.
    const std::unique_lock change(impl_->change_mutex);
    impl_->files->Keep();
    status = impl_->db->IngestExternalFiles(files);
    if (status.ok()) impl_->files->Release();
  }
  std::error_code ignored;
  std::filesystem::remove_all(impl_->new_files, ignored);
  return status.ok();
}

bool Database::Tend() {
  const bool had_space =
      std::exchange(impl_->has_space, HasFreeSpace(impl_->store));
  if (!impl_->has_space) {
    // Closing takes a second: not when space is back and all wait.
    if (broken()) impl_->Close();
    return false;
  }
  const bool was_broken = broken() || impl_->db == nullptr;
  if (was_broken && !Reopen()) return false;
  Furnish();
  return was_broken || !had_space;
}

// What there is space for now.
void Database::Furnish() {
  MakeReserve(impl_->reserve);
  // All of it may have to be there twice.
  const bool roomy = HasFreeSpace(impl_->store, bytes());
  if (roomy == impl_->compacts) return;
  const std::shared_lock lock(impl_->open_mutex);
  for (auto* family : impl_->families) {
    const Status status = impl_->db->SetOptions(
        family, {{"disable_auto_compactions", roomy ? "false" : "true"}});
    if (!status.ok()) return;
  }
  impl_->compacts = roomy;
}

bool Database::broken() const { return impl_->listener->broken.load(); }

bool Database::Reopen() {
  impl_->Close();
  return impl_->OpenAll().ok();
}

void Database::SetRemembered(std::shared_ptr<const Remembered> remembered) {
  impl_->forgotten->Set(std::move(remembered));
}

void Database::Compact(std::atomic<bool>* cancel) {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr || !HasFreeSpace(impl_->store, bytes())) return;
  rocksdb::CompactRangeOptions all;
  all.exclusive_manual_compaction = false;
  all.canceled = cancel;
  all.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  // What fails is seen by broken().
  impl_->db->CompactRange(all, impl_->families[kPairs], nullptr, nullptr)
      .PermitUncheckedError();
}

bool Database::CopyTo(const std::string& directory) const {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr) return false;
  rocksdb::Checkpoint* made = nullptr;
  if (!rocksdb::Checkpoint::Create(impl_->db, &made).ok()) return false;
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return checkpoint->CreateCheckpoint(directory + "/db").ok();
}

uint64_t Database::bytes() const {
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  uint64_t size = 0;
  if (!lock.owns_lock() || impl_->db == nullptr) return 0;
  impl_->db->GetAggregatedIntProperty(
      rocksdb::DB::Properties::kTotalSstFilesSize, &size);
  return size;
}

uint64_t Database::pair_bytes() const {
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  uint64_t size = 0;
  if (!lock.owns_lock() || impl_->db == nullptr) return 0;
  impl_->db->GetIntProperty(impl_->families[kPairs],
                            rocksdb::DB::Properties::kTotalSstFilesSize, &size);
  return size;
}

}  // namespace plumbline
