// Store: everything that keeps a state on disk: the directory with its lock,
// the journal, the database and the checkpointer.

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
  // Commits reach the store all at once in Close(), or never if it is not
  // called. Until then they are in memory, and in no journal.
  bool all_or_nothing = false;
  // Missing records of the journal do not prevent a start.
  bool accepts_loss = false;
  // Called once if opening has to wait for free space on the disk. gives_up()
  // is polled while it waits.
  std::function<void(const std::string& error)> waits = [](const auto&) {};
  std::function<bool()> gives_up = [] { return true; };
  // Called before each record that recovery reads from the journal. False ends
  // recovery and leaves the store as it was.
  std::function<bool(uint64_t sequence)> goes_on = [](uint64_t) {
    return true;
  };
};

class Store {
 public:
  // Takes the directory. nullptr, with *error saying what to do, on failure.
  // `memory` must outlive the store.
  static std::unique_ptr<Store> Open(const StoreOptions& options,
                                     std::pmr::memory_resource* memory,
                                     std::string* error);
  ~Store() {
    if (!options_.all_or_nothing) Close();
  }

  // The key that hashes the ids stored here.
  IdHasher::Secret secret() const { return directory_->secret(); }

  // Loads the last checkpoint and the journal after it into the pipeline, makes
  // the pipeline journal here, and starts checkpoints. Call once, before the
  // first commit. `pipeline` must outlive Close().
  [[nodiscard]] bool Recover(Pipeline* pipeline, std::string* error);

  // Writes a last checkpoint. False on failure: then the journal has
  // everything, or, with all_or_nothing, nothing was changed. REQUIRES: no more
  // commits.
  bool Close();

  // Sets the state's time back to `now_ms` (core/engine/set_back.h). Returns
  // the number of pairs changed; nullopt if the store cannot be read. REQUIRES:
  // all_or_nothing, and Recover() was called.
  std::optional<uint64_t> SetBack(int64_t now_ms);

  StorageFaults& faults() { return faults_; }
  // True if there was no store at the path and this one was created.
  bool is_new() const { return directory_->is_new(); }

  // The rest requires Recover().
  HistoryStore& history() { return *history_; }
  PairStore* pairs() { return pairs_.get(); }
  const Checkpointer& checkpointer() const { return *checkpointer_; }
  // Records of the journal that were missing at the start.
  const std::optional<JournalLoss>& loss() const { return journal_->loss(); }
  // Tests at intervals whether records can be stored, if none are, and whether
  // the store is still at its path. Refuses records while it is not. Call
  // often, on one thread.
  void ProbeIfDue(std::chrono::steady_clock::time_point now);
  // True if the store is no longer at its path. Unsaved data exists only in
  // this process then.
  bool is_gone() const { return !IsThere(); }
  // [Any thread] Why nothing can be stored now; empty if it can.
  std::string Refuses() const;
  // Part of join.memory_bytes: the memory to find pairs on the disk.
  size_t memory_bytes() const {
    return filter_->bytes() + database_->cached_bytes();
  }
  uint64_t bytes() const { return journal_->bytes() + database_->bytes(); }
  // Copies the current store under this name. Returns its path, or nullopt.
  // Names begin with their times: the youngest `kept` copies stay.
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
  Pipeline* pipeline_ = nullptr;          // set by Recover()
  std::optional<Database::Stored> last_;  // where checkpoints will begin
  std::unique_ptr<Checkpointer> checkpointer_;
  bool closed_ = false;
  // When the next probe is due, and the size of the journal at the last.
  std::chrono::steady_clock::time_point look_at_;
  std::chrono::steady_clock::time_point probe_at_;
  uint64_t probed_bytes_ = 0;
  bool gone_ = false;  // at the last look
};

}  // namespace plumbline
