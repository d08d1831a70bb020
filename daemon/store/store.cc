#include "daemon/store/store.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

#include "core/engine/set_back.h"
#include "daemon/store/cut_manifest.h"
#include "daemon/store/files.h"
#include "daemon/store/memory_split.h"
#include "daemon/store/recovery.h"

namespace plumbline {
namespace {

// Removes copies from `snapshots` but the youngest. Their names begin with
// their times. Returns the error that stopped it, if any.
std::error_code KeepYoungest(const std::string& snapshots, size_t kept) {
  std::error_code failed;
  std::set<std::filesystem::path> copies;
  for (const auto& entry :
       std::filesystem::directory_iterator(snapshots, failed)) {
    if (entry.path().extension() != ".tmp") copies.insert(entry.path());
  }
  while (!failed && copies.size() > kept) {
    std::filesystem::remove_all(*copies.begin(), failed);
    copies.erase(copies.begin());
  }
  return failed;
}

MemorySplit Split(const StoreOptions& options) {
  MemorySplit split =
      SplitMemory(options.memory_bytes, options.remembered_bytes);
  if (options.all_or_nothing) split.records = split.dirty_records = SIZE_MAX;
  return split;
}

}  // namespace

std::unique_ptr<Store> Store::Open(const StoreOptions& options,
                                   std::pmr::memory_resource* memory,
                                   std::string* error) {
  std::unique_ptr<Store> store(new Store(options, memory));
  store->directory_ = StoreDirectory::Open(options.path, error);
  if (store->directory_ == nullptr) return nullptr;
  store->directory_->RemoveTemporaries();
  return store;
}

// On a full disk, waits until there is space again.
bool Store::OpenDatabase(size_t cache_bytes, std::string* error) {
  const std::string& path = directory_->path();
  for (bool told = false;; told = true) {
    bool no_space = false;
    database_ = Database::Open(path, cache_bytes, error, &no_space);
    if (database_ != nullptr) return true;
    if (!no_space) return false;
    if (!told) options_.waits(*error);
    do {
      if (options_.gives_up()) return false;
      constexpr auto kLook = std::chrono::milliseconds(50);
      std::this_thread::sleep_for(kLook);
    } while (!HasFreeSpace(path));
    error->clear();
  }
}

bool Store::Recover(Pipeline* pipeline, std::string* error) {
  const MemorySplit memory = Split(options_);
  pipeline_ = pipeline;
  *error = FindCutManifest(directory_->path());
  if (!error->empty() || !OpenDatabase(memory.cache_bytes, error)) return false;
  database_->SetOnFault(faults_.sink());
  filter_ = std::make_unique<KeyFilter>(memory.filter_bytes, memory_);
  pacer_ = std::make_unique<Pacer>(memory.dirty_records);
  pairs_ = std::make_unique<StoredPairs>(database_.get(), filter_.get(),
                                         pacer_.get());
  pipeline->UseStore(pairs_.get(), memory.records, memory.dirty_records);
  const auto stored = RestoreCheckpoint(*database_, pipeline, error);
  if (!stored) return false;
  database_->SetRemembered(
      std::make_shared<const Remembered>(pipeline->state().RememberedNow()),
      pipeline->state().records());
  history_ =
      std::make_unique<HistoryStore>(database_.get(), options_.retention_ms);
  journal_ =
      FileJournal::Open({.directory = directory_->path(),
                         .durability = options_.durability,
                         .from = stored->sequence,
                         .checked = stored->journal_checked,
                         .accepts_loss = options_.accepts_loss,
                         .refuses_loss = options_.all_or_nothing,
                         .on_loss = [this](const auto& loss) { Tell(loss); }},
                        Replayer(pipeline, error, options_.goes_on), error);
  if (journal_ == nullptr) return false;
  journal_->SetOnFault(faults_.sink());
  // Far beyond the size at which checkpoints empty it: it means that they fail.
  journal_->SetMost(16 * options_.checkpoint_bytes + (uint64_t{64} << 20));
  if (options_.all_or_nothing) {
    last_ = *stored;
    return true;
  }
  // Detects a disk that refuses writes at the start.
  journal_->Probe();
  pipeline->SetJournal(journal_.get());
  BeginCheckpoints(*stored);
  MakeCurrent();
  return true;
}

void Store::Tell(const JournalLoss& loss) {
  faults_.Add({.operation = StorageOperation::kRead,
               .what = "answered events are lost",
               .meaning = "they are in no figure, and their ids are not known; "
                          "have senders send again what they have",
               .file = directory_->path(),
               .error = loss.what,
               .damage = true});
}

bool Store::IsThere() const {
  return directory_->IsThere() && journal_->IsThere() &&
         FileIdAt(directory_->path() + "/db/CURRENT");
}

void Store::MakeCurrent() {
  if (directory_->MakeCurrent()) return;
  faults_.Add({.operation = StorageOperation::kCheckpoint,
               .what = "the store's format could not be written",
               .meaning = "it is tried again at the next start; until then do "
                          "not go back to an older plumbline",
               .file = directory_->path() + "/PLUMBLINE",
               .error = std::strerror(errno)});
}

void Store::BeginCheckpoints(const Database::Stored& stored) {
  checkpointer_ = std::make_unique<Checkpointer>(
      Checkpointer::Parts{pipeline_, journal_.get(), database_.get(),
                          filter_.get(), history_.get(), pacer_.get(),
                          faults_.sink()},
      Checkpointer::Due{
          options_.checkpoint_bytes,
          static_cast<int64_t>(Split(options_).dirty_records / 2)},
      stored);
}

void Store::ProbeIfDue(std::chrono::steady_clock::time_point now) {
  constexpr auto kLook = std::chrono::seconds(1);
  constexpr auto kIdle = std::chrono::seconds(10);
  const bool gone = !IsThere();
  journal_->SetOff(gone);
  if (now < look_at_ && gone == gone_) return;
  look_at_ = now + kLook;
  const bool written = journal_->bytes() != probed_bytes_;
  if (journal_->takes() && written) {
    probed_bytes_ = journal_->bytes();
    probe_at_ = now + kIdle;
  }
  // has_space() detects a full disk without a write.
  if (gone == std::exchange(gone_, gone) && journal_->takes() &&
      now < probe_at_ && journal_->has_space()) {
    return;
  }
  pipeline_->Exclusively([this](State* /*state*/) { journal_->Probe(); });
  probe_at_ = now + kIdle;
}

std::string Store::Refuses() const {
  if (!journal_->takes()) {
    const std::string why = faults_.Last(StorageOperation::kAppend);
    return why.empty() ? "the journal cannot be written" : why;
  }
  // Fast ingest alone is only slowed down; this condition lasts.
  if (checkpointer_->failing() && pipeline_->behind()) {
    return faults_.Last(StorageOperation::kCheckpoint);
  }
  return "";
}

bool Store::Close() {
  if (closed_) return true;
  if (last_) {
    // A checkpoint is told from the last one by its sequence in the journal.
    std::string record;
    const Command tick{Tick{}};
    EncodeGroup({0, {&tick}}, &record);
    if (journal_->Append(record) != Appended::kStored) return false;
    BeginCheckpoints(*std::exchange(last_, std::nullopt));
    MakeCurrent();
  }
  if (checkpointer_ == nullptr) return true;
  closed_ = true;
  checkpointer_->Stop();
  // The next start then has no records to replay.
  return checkpointer_->Write();
}

std::optional<uint64_t> Store::SetBack(int64_t now_ms) {
  std::optional<uint64_t> changed;
  pipeline_->Exclusively([&](State* state) {
    PairsSetBack pairs(state, now_ms);
    pairs.ChangeThoseInMemory();
    const bool all = database_->ForEachChain(
        [&pairs](const auto& chain) { return pairs.ChangeStored(chain); });
    if (!all) return;
    state->SetBack(now_ms);
    changed = pairs.changed();
  });
  return changed;
}

std::optional<std::string> Store::WriteSnapshot(const std::string& name,
                                                size_t kept) {
  const std::string snapshots = directory_->path() + "/snapshots";
  const std::string path = snapshots + "/" + name;
  if (!checkpointer_->WriteSnapshot(directory_->path(), path)) {
    return std::nullopt;
  }
  if (const std::error_code failed = KeepYoungest(snapshots, kept)) {
    faults_.Add({.operation = StorageOperation::kCheckpoint,
                 .what = "an old copy of the store could not be removed",
                 .meaning = "it takes space until the next copy is made",
                 .file = snapshots,
                 .error = failed.message()});
  }
  return path;
}

}  // namespace plumbline
