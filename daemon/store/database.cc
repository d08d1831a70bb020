#include "daemon/store/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/checkpoint.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <utility>

#include "core/bytes.h"
#include "daemon/store/checkpoint_files.h"
#include "daemon/store/files.h"
#include "daemon/store/forgotten_filter.h"
#include "daemon/store/layout.h"
#include "daemon/store/store_env.h"

namespace plumbline {
namespace {

using rocksdb::Status;

constexpr size_t kLookUps = 1024;  // keys of one MultiGet
constexpr size_t kReadCacheBytes = size_t{8} << 20;

}  // namespace

class Database::Impl {
 public:
  Impl(const std::string& directory, size_t cache_bytes, bool read_only);
  ~Impl() { Close(); }

  Status OpenAll();
  void Close();
  CheckpointFiles::Targets Targets() const;
  Status FindSome(std::span<const PairKey> keys,
                  std::vector<Record>* records) const;
  Status Get(const std::string& key, std::string* value) const {
    return db->Get({}, families[kState], key, value);
  }

  uint64_t BytesOf(Family family) const;
  uint64_t MergedBytes(Family family) const;
  void NoteSizes(const StateImage& image);
  void Merge(Family family, std::atomic<bool>* cancel);
  void MakeSpace();
  bool HasRoomFor(const DatabaseUpdate& update) const;

  const std::string path;       // of RocksDB's directory
  const std::string new_files;  // directory
  const std::string store;      // directory
  const std::string reserve;    // file; see MakeReserve()
  const bool read_only;
  bool compacts = false;  // by itself
  bool has_space = true;  // as Tend() saw it last
  // Of the newest image of each part of the state, head and models, and of the
  // pairs that are remembered: what is left of their files when they are
  // merged.
  uint64_t head_bytes = 0;
  std::map<uint32_t, uint64_t> model_bytes;
  std::atomic<uint64_t> remembered_bytes = UINT64_MAX;
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
  options.manifest_preallocation_size = size_t{64} << 10;
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

// ---- Space ----
//
// Each checkpoint adds files, and what they replace goes only when files are
// merged. So there is always room left to merge those of the state, which each
// checkpoint writes anew: a disk on which that is not so is full for ever.

uint64_t Database::Impl::BytesOf(Family family) const {
  uint64_t size = 0;
  db->GetIntProperty(families[family],
                     rocksdb::DB::Properties::kTotalSstFilesSize, &size);
  return size;
}

// What its files come to when they are merged, at most.
uint64_t Database::Impl::MergedBytes(Family family) const {
  const uint64_t all = BytesOf(family);
  if (family == kPairs) return std::min(all, remembered_bytes.load());
  if (family != kState) return all;
  uint64_t size = head_bytes;
  for (const auto& [number, bytes] : model_bytes) size += bytes;
  return size + size / 16;  // of blocks and index
}

void Database::Impl::NoteSizes(const StateImage& image) {
  if (!image.head.empty()) head_bytes = image.head.size();
  for (const auto& [number, model] : image.models) {
    model_bytes[number] = model.size();
  }
}

void Database::Impl::Merge(Family family, std::atomic<bool>* cancel) {
  if (!HasFreeSpace(store, MergedBytes(family))) return;
  rocksdb::CompactRangeOptions all;
  all.exclusive_manual_compaction = false;
  all.canceled = cancel;
  all.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  // What fails is seen by broken().
  db->CompactRange(all, families[family], nullptr, nullptr)
      .PermitUncheckedError();
}

// Merges what has come since it was last merged.
void Database::Impl::MakeSpace() {
  for (const Family family : {kState, kHistory, kPairs}) {
    std::string files;
    const bool any_new =
        db->GetProperty(families[family],
                        rocksdb::DB::Properties::kNumFilesAtLevelPrefix + "0",
                        &files) &&
        files != "0";
    if (any_new) Merge(family, nullptr);
  }
}

bool Database::Impl::HasRoomFor(const DatabaseUpdate& update) const {
  return HasFreeSpace(store, SizeOf(update) + MergedBytes(kState));
}

CheckpointFiles::Targets Database::Impl::Targets() const {
  CheckpointFiles::Targets targets;
  for (size_t i = 0; i < kFamilies; ++i) {
    targets[i] = {families[i],
                  i == kPairs ? rocksdb::Options({}, pair_options) : options};
  }
  return targets;
}

Status Database::Impl::FindSome(std::span<const PairKey> keys,
                                std::vector<Record>* records) const {
  std::vector<KeyBytes> bytes;
  std::vector<rocksdb::Slice> slices;
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
  if (status.ok()) {
    impl_->NoteSizes(stored.image);
    return stored;
  }
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
    if (!visit(DecodeKey(it->key().data()))) return false;
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
  if (impl_->db == nullptr || broken()) return false;
  impl_->NoteSizes(update.image);
  for (const uint32_t gone : update.removed_models) {
    impl_->model_bytes.erase(gone);
  }
  if (!impl_->HasRoomFor(update)) {
    impl_->MakeSpace();
    if (broken() || !impl_->HasRoomFor(update)) return false;
  }
  // Before a file of it can be compacted.
  impl_->forgotten->Set(nullptr);
  CheckpointFiles files(impl_->new_files, impl_->Targets());
  if (!files.Write(update).ok()) return false;
  // All at once, for one who looks at several families.
  const std::unique_lock change(impl_->change_mutex);
  impl_->files->Keep();
  const Status status = impl_->db->IngestExternalFiles(files.files());
  if (status.ok()) impl_->files->Release();
  return status.ok();
}

Database::Tended Database::Tend() {
  const bool had_space =
      std::exchange(impl_->has_space, HasFreeSpace(impl_->store));
  if (!impl_->has_space) {
    // Closing takes a second: not when space is back and all wait.
    if (broken()) impl_->Close();
    return Tended::kAsBefore;
  }
  const bool was_broken = broken() || impl_->db == nullptr;
  if (was_broken && !Reopen()) return Tended::kFailed;
  Furnish();
  return was_broken || !had_space ? Tended::kMended : Tended::kAsBefore;
}

// What there is space for now.
void Database::Furnish() {
  MakeReserve(impl_->reserve);
  const std::shared_lock lock(impl_->open_mutex);
  uint64_t merged = 0;
  for (const Family family : {kState, kHistory, kPairs}) {
    merged += impl_->MergedBytes(family);
  }
  const bool roomy = HasFreeSpace(impl_->store, merged);
  if (roomy == impl_->compacts) return;
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

void Database::SetRemembered(std::shared_ptr<const Remembered> remembered,
                             uint64_t records) {
  impl_->forgotten->Set(std::move(remembered));
  constexpr uint64_t kAtMost = 96;  // of a record, with its key
  impl_->remembered_bytes.store(records * kAtMost + (uint64_t{1} << 20));
}

void Database::Compact(std::atomic<bool>* cancel) {
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db != nullptr) impl_->Merge(kPairs, cancel);
}

uint64_t Database::room_to_merge() const {
  const std::shared_lock lock(impl_->open_mutex, std::try_to_lock);
  if (!lock.owns_lock() || impl_->db == nullptr) return 0;
  return impl_->MergedBytes(kState);
}

bool Database::MakeSpaceFor(uint64_t bytes) {
  if (HasFreeSpace(impl_->store, bytes)) return true;
  const std::shared_lock lock(impl_->open_mutex);
  if (impl_->db == nullptr || broken()) return false;
  impl_->MakeSpace();
  return HasFreeSpace(impl_->store, bytes);
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
  if (!lock.owns_lock() || impl_->db == nullptr) return 0;
  return impl_->BytesOf(kPairs);
}

}  // namespace plumbline
