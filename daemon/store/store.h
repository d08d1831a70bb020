// Store: all that keeps a state on disk, put together: the directory with its
// lock, the journal, the database and what checkpoints.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>

#include "core/engine/pipeline.h"
#include "daemon/hash/id_hash.h"
#include "daemon/store/checkpointer.h"
#include "daemon/store/database.h"
#include "daemon/store/file_journal.h"
#include "daemon/store/history_store.h"
#include "daemon/store/key_filter.h"
#include "daemon/store/pacer.h"
#include "daemon/store/storage_faults.h"
#include "daemon/store/store_directory.h"
#include "daemon/store/stored_pairs.h"

namespace plumbline {

struct StoreOptions {
  std::string path;
  int64_t memory_bytes = 0;      // for pairs
  int64_t remembered_bytes = 0;  // join.max_bytes
  Durability durability = Durability::kProcess;
  int64_t retention_ms = 0;       // of history
  uint64_t checkpoint_bytes = 0;  // of the journal
  // What is committed comes into the store at once, by Close(), or not at all:
  // without a call of it nothing does.
  // Until then it is in memory, and in no journal.
  bool all_or_nothing = false;
  // What is missing of the journal is no reason not to start.
  bool accepts_loss = false;
  // Called once if opening has to wait for space on the disk; and while it
  // waits, whether to give up.
  std::function<void(const std::string& error)> waits = [](const auto&) {};
  std::function<bool()> gives_up = [] { return true; };
  // Asked for each record of the journal that recovery reads: false ends it,
  // and the store is as it was.
  std::function<bool(uint64_t sequence)> goes_on = [](uint64_t) {
    return true;
  };
};

class Store {
 public:
  // Takes the directory. nullptr, with *error saying what to do, if that cannot
  // be. `memory` must outlive it.
  static std::unique_ptr<Store> Open(const StoreOptions& options,
                                     std::pmr::memory_resource* memory,
                                     std::string* error);
  ~Store() {
    if (!options_.all_or_nothing) Close();
  }

  // The key of the ids that are stored here.
  IdHasher::Secret secret() const { return directory_->secret(); }

  // Brings the last checkpoint and the journal behind it into the pipeline,
  // which then journals here, and begins to checkpoint. Once, before anything
  // is committed. `pipeline` must outlive Close().
  [[nodiscard]] bool Recover(Pipeline* pipeline, std::string* error);

  // Writes a last checkpoint. False if that failed: the journal has it all, or,
  // with all_or_nothing, nothing was changed. REQUIRES: nothing is committed
  // any more.
  bool Close();

  // With all_or_nothing, after Recover(): brings the state's time back to
  // `now_ms` (core/engine/set_back.h), and says how many pairs have changed.
  // nullopt if the store cannot be read.
  std::optional<uint64_t> SetBack(int64_t now_ms);

  StorageFaults& faults() { return faults_; }
  // There was no store at its path: this one was made.
  bool is_new() const { return directory_->is_new(); }

  // What follows: after Recover().
  HistoryStore& history() { return *history_; }
  PairStore* pairs() { return pairs_.get(); }
  const Checkpointer& checkpointer() const { return *checkpointer_; }
  // What was missing of the journal at the start.
  const std::optional<JournalLoss>& loss() const { return journal_->loss(); }
  // Finds out now and then whether something can be stored, where nothing is,
  // and whether the store is still at its path: else it takes nothing until it
  // is. To be called often, by one thread.
  void ProbeIfDue(std::chrono::steady_clock::time_point now);
  // The store is not at its path any more: what is not stored there is in this
  // process alone. After Recover().
  bool is_gone() const { return !IsThere(); }
  // [Any thread] Why nothing can be stored now; empty if it can.
  std::string Refuses() const;
  // Of join.memory_bytes, what finds pairs that are on the disk.
  size_t memory_bytes() const {
    return filter_->bytes() + database_->cached_bytes();
  }
  uint64_t bytes() const { return journal_->bytes() + database_->bytes(); }
  // A copy of it as it is now, under this name; its path, or nullopt. Names
  // begin with their times; of all copies the `kept` youngest stay.
  std::optional<std::string> WriteSnapshot(const std::string& name,
                                           size_t kept);

 private:
  Store(const StoreOptions& options, std::pmr::memory_resource* memory)
      : options_(options), memory_(memory) {}
  bool OpenDatabase(size_t cache_bytes, std::string* error);
  void Tell(const JournalLoss& loss);
  bool IsThere() const;
  void MakeCurrent();
  void BeginCheckpoints(const Database::Stored& stored);

  const StoreOptions options_;
  std::pmr::memory_resource* const memory_;
  StorageFaults faults_;
  std::unique_ptr<StoreDirectory> directory_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<KeyFilter> filter_;
  std::unique_ptr<Pacer> pacer_;
  std::unique_ptr<StoredPairs> pairs_;
  std::unique_ptr<HistoryStore> history_;
  std::unique_ptr<FileJournal> journal_;
  Pipeline* pipeline_ = nullptr;          // since Recover()
  std::optional<Database::Stored> last_;  // where checkpoints begin later
  std::unique_ptr<Checkpointer> checkpointer_;
  bool closed_ = false;
  // Of probes: when the next is due, and what the journal was then.
  std::chrono::steady_clock::time_point look_at_;
  std::chrono::steady_clock::time_point probe_at_;
  uint64_t probed_bytes_ = 0;
  bool gone_ = false;  // then
};

}  // namespace plumbline
