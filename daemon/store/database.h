// Database: the RocksDB database that checkpoints are written to.
//
// Column families:
//
//     pairs   key: PairKey, big-endian; value: the records of its chain
//     state   "head", "model" and its number: core/engine/checkpoint.h
//             "sequence": of the first record of the journal that is not in it
//             "journal": there if the journal has a page (answered_page.h)
//     history daemon/store/history_store.h
//
// A checkpoint is written as sorted files, which are ingested in one step
// (IngestExternalFiles). Write batches would stop writes for seconds instead.
// So RocksDB has no write-ahead log here, and its memtables are empty.
// Compaction removes forgotten pairs.
//
// After a disk error RocksDB accepts nothing until it is opened again: its
// Resume() does not return or ends the process (facebook/rocksdb#11643,
// #12998). So its own error recovery is turned off, and Reopen() replaces it.
//
// On a full disk only what opening needs is written. A reserve is kept for
// that. A checkpoint is written only if there is room for it and for merging
// the files of the state, which every checkpoint replaces. Otherwise obsolete
// data in them could keep the disk full.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/checkpoint.h"
#include "core/pairs/liveness_snapshot.h"
#include "core/pairs/record.h"
#include "daemon/store/fault.h"

namespace plumbline {

// The changes of a checkpoint.
struct DatabaseUpdate {
  uint64_t sequence = 0;
  bool journal_checked = false;  // stays true once set
  StateImage image;
  std::vector<uint32_t> removed_models;
  std::vector<Record> pairs;  // whole chains, one after another
  std::map<std::string, std::optional<std::string>> history;  // none: removed
};

// A range of keys that cannot be read: [from, to), by their first 16 bytes.
struct Gap {
  std::string from;
  std::string to;
  bool damaged = false;  // otherwise a later read may succeed
};

class Database {
  class Impl;

 public:
  // `directory` is the store's. `cache_bytes`: size of the read cache. nullptr,
  // with *error, on failure; *no_space tells whether the disk is full. Tables
  // that cannot be opened fail only the reads that need them.
  static std::unique_ptr<Database> Open(const std::string& directory,
                                        size_t cache_bytes, std::string* error,
                                        bool* no_space = nullptr);
  // Opens for reading only. Changes nothing.
  static std::unique_ptr<Database> OpenToRead(const std::string& directory,
                                              std::string* error);
  ~Database();

  // `on_fault` gets faults of opening, and all later ones. Call before Tend().
  void SetOnFault(OnFault on_fault);

  // The last checkpoint; sequence 1 and an empty head if there is none.
  // nullopt, with *error, if it cannot be read.
  struct Stored {
    uint64_t sequence = 1;
    bool journal_checked = false;
    StateImage image;
  };
  std::optional<Stored> Read(std::string* error) const;

  // [Any thread] Appends the stored records of these keys. May stop early if
  // there are many records: returns the number of keys looked up, at least one.
  // Keys with records that cannot be read now are appended to `unreadable`.
  // REQUIRES: the keys are sorted and distinct.
  size_t Find(std::span<const PairKey> keys, std::vector<Record>* records,
              std::vector<PairKey>* unreadable) const;
  // The number of table files that the database does not name.
  size_t UnnamedTables() const;
  // [Any thread] Reports a record of Find() as damaged: it cannot be valid.
  void TellDamaged(const Record& stored) const;

  // Receives an unreadable range. Returns whether to continue after it.
  using VisitGap = std::function<bool(const Gap&)>;
  static bool EndAtGap(const Gap& /*gap*/) { return false; }
  static bool PassGap(const Gap& /*gap*/) { return true; }
  // [Any thread] Calls `visit` for each readable key until it returns false.
  // False if `visit` or `visit_gap` returned false.
  bool ForEachKey(const std::function<bool(const PairKey&)>& visit,
                  const VisitGap& visit_gap = EndAtGap) const;

  // [Any thread] The same with the records of each key, as stored. False also
  // if not all can be read.
  bool ForEachChain(
      const std::function<bool(std::span<const Record>)>& visit) const;

  using VisitHistory =
      std::function<bool(std::string_view key, std::string_view value)>;
  enum class ReadStatus {
    kGood,
    kDamaged,  // its data is lost
    kNotNow,
  };
  // [Any thread] The value of a key, or nullopt.
  ReadStatus ReadHistory(const std::string& key,
                         std::optional<std::string>* value) const;
  // [Any thread] Like ForEachKey().
  bool ForEachHistory(const VisitHistory& visit,
                      const VisitGap& visit_gap = EndAtGap) const;

  // Blocks writes while it exists, so that all reads see one checkpoint.
  class View {
   public:
    explicit View(const Database* database);
    // False if it cannot be read now. Then call nothing else.
    bool good() const;
    // Sequence of the checkpoint; 0 if it cannot be read.
    uint64_t sequence() const;
    // Calls `visit` for the keys in [from, to) until it returns false. False if
    // it did, or if not all keys could be read.
    bool ForEachHistory(const std::string& from, const std::string& to,
                        const VisitHistory& visit) const;

   private:
    const Impl* const impl_;
    const std::shared_lock<std::shared_mutex> opened_;
    const std::shared_lock<std::shared_mutex> unchanged_;
  };

  // [One thread] Writes all of the update, or nothing. False if it was not
  // written, or if that is unknown: Reopen() and sequence() tell then.
  bool Write(const DatabaseUpdate& update);
  // [Any thread] True if RocksDB has stopped by itself; see Tend().
  bool broken() const;
  // [Any thread] False while it is closed for reopening.
  bool is_open() const;
  // [Thread of Write()] Periodic maintenance: reopens the database after
  // RocksDB has stopped by itself, and manages disk space.
  enum class Tended {
    kAsBefore,
    kMended,  // it is writable again
    kFailed,  // it cannot be opened
  };
  Tended Tend();
  // [Thread of Write()] Closes and opens the database. Reads find nothing
  // meanwhile. False on failure; try again later.
  bool Reopen();
  // [Thread of Write()] nullopt if it cannot be read.
  std::optional<uint64_t> sequence() const;

  // Sets what was remembered at the last checkpoint. The next compaction of a
  // file removes other pairs from it. Write() ends that, as it brings younger
  // pairs. `records`: number of remembered records.
  void SetRemembered(std::shared_ptr<const Remembered> remembered,
                     uint64_t records);
  // [Any thread] Removes forgotten pairs now. Takes long, unless `cancel`
  // becomes true.
  void Compact(std::atomic<bool>* cancel);
  // A table that cannot be read completely.
  struct DamagedTable {
    std::string file;
    std::string family;  // its column family
    uint64_t entries = 0;
    bool opens = false;  // otherwise nothing of it can be read
    std::string error;
  };
  // Reads all tables.
  std::vector<DamagedTable> FindDamaged() const;
  // Writes all readable data as the database of a new directory. Returns the
  // number of unreadable places; nullopt, with *error, if it cannot be written,
  // or if the state cannot be read.
  std::optional<uint64_t> CopyReadable(const std::string& directory,
                                       std::string* error) const;
  // Copies the database into a new directory by hard links.
  bool CopyTo(const std::string& directory) const;
  // [Any thread] Size of all files, and of the files of pairs.
  uint64_t bytes() const;
  uint64_t pair_bytes() const;
  // [Any thread] Memory in use by the cache.
  size_t cached_bytes() const;
  // [Thread of Write()] The free space that merging needs beside that of the
  // update.
  uint64_t room_to_merge() const;
  // [Thread of Write()] Merges files unless this much is free. True if it is
  // free afterwards.
  bool MakeSpaceFor(uint64_t bytes);

 private:
  explicit Database(std::unique_ptr<Impl> impl);
  void Furnish();

  const std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline
