// Database: what checkpoints have written, in RocksDB.
//
// Column families:
//
//     pairs   key: PairKey, big-endian; value: the records of its chain
//     state   "head", "model" and its number: core/engine/checkpoint.h
//             "sequence": of the first record of the journal that is not in it
//             "journal": there if the journal has a page (answered_page.h)
//     history daemon/store/history_store.h
//
// A checkpoint is written as sorted files, which are taken in all at once
// (IngestExternalFiles): what writes by batches instead stops for seconds. So
// there is no log of RocksDB's own, and nothing in its memtables. Pairs that
// are forgotten go when their files are compacted.
//
// After an error of the disk RocksDB takes nothing until it is opened again:
// its Resume() does not return or ends the process (facebook/rocksdb#11643,
// #12998), so the error handler of its own is turned off, and Reopen() is ours.
// On a full disk nothing is written but what opening needs, for which a reserve
// is kept. No checkpoint is written without room for it and for merging the
// files of the state, which every one replaces: else what they hold for nothing
// could keep the disk full for ever.

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

// What a checkpoint changes.
struct DatabaseUpdate {
  uint64_t sequence = 0;
  bool journal_checked = false;  // it stays so
  StateImage image;
  std::vector<uint32_t> removed_models;
  std::vector<Record> pairs;  // whole chains, in a row
  std::map<std::string, std::optional<std::string>> history;  // none: removed
};

// Keys of which it cannot be read whether they are stored: [from, to), by their
// first 16 bytes.
struct Gap {
  std::string from;
  std::string to;
  bool damaged = false;  // else it may be read another time
};

class Database {
  class Impl;

 public:
  // `directory` is the store's. `cache_bytes`: memory for what is read.
  // nullptr, with *error, if it cannot be opened; *no_space says if that is
  // because the disk is full. Tables that cannot be opened stop only what needs
  // them.
  static std::unique_ptr<Database> Open(const std::string& directory,
                                        size_t cache_bytes, std::string* error,
                                        bool* no_space = nullptr);
  // Changes nothing, for those who only look.
  static std::unique_ptr<Database> OpenToRead(const std::string& directory,
                                              std::string* error);
  ~Database();

  // Told of what failed when it was opened, and of all that fails from now on.
  // Before Tend().
  void SetOnFault(OnFault on_fault);

  // The last checkpoint; sequence 1 and an empty head if there is none.
  // nullopt, with *error, if it cannot be read.
  struct Stored {
    uint64_t sequence = 1;
    bool journal_checked = false;
    StateImage image;
  };
  std::optional<Stored> Read(std::string* error) const;

  // [Any thread] Adds the records stored for these keys, which are sorted and
  // differ. It ends after some of them where their records are many: returns
  // how many it has looked up, at least one. Those for which they cannot be
  // read now are appended to `unreadable`.
  size_t Find(std::span<const PairKey> keys, std::vector<Record>* records,
              std::vector<PairKey>* unreadable) const;
  // How many tables are there that belong to nothing.
  size_t UnnamedTables() const;
  // [Any thread] This record, which was found, is none that there can be.
  void TellDamaged(const Record& stored) const;

  // Of what cannot be read, and whether to go on behind it.
  using VisitGap = std::function<bool(const Gap&)>;
  static bool EndAtGap(const Gap& /*gap*/) { return false; }
  static bool PassGap(const Gap& /*gap*/) { return true; }
  // [Any thread] Calls `visit` for each key that is stored and can be read,
  // until it is false. False if one of the two was.
  bool ForEachKey(const std::function<bool(const PairKey&)>& visit,
                  const VisitGap& visit_gap = EndAtGap) const;

  // [Any thread] The same with the records of each, as they are stored. False
  // also if they cannot all be read.
  bool ForEachChain(
      const std::function<bool(std::span<const Record>)>& visit) const;

  using VisitHistory =
      std::function<bool(std::string_view key, std::string_view value)>;
  enum class ReadStatus {
    kGood,
    kDamaged,  // it is lost
    kNotNow,
  };
  // [Any thread] The value of a key, or none.
  ReadStatus ReadHistory(const std::string& key,
                         std::optional<std::string>* value) const;
  // [Any thread] As ForEachKey().
  bool ForEachHistory(const VisitHistory& visit,
                      const VisitGap& visit_gap = EndAtGap) const;

  // While there is one nothing is written: all that is read is of one
  // checkpoint.
  class View {
   public:
    explicit View(const Database* database);
    // False if it cannot be read now; then nothing else is to be called.
    bool good() const;
    // Of the checkpoint; 0 if it cannot be read.
    uint64_t sequence() const;
    // Calls `visit` for the keys in [from, to), until it is false. False if it
    // was, or if they could not all be read.
    bool ForEachHistory(const std::string& from, const std::string& to,
                        const VisitHistory& visit) const;

   private:
    const Impl* const impl_;
    const std::shared_lock<std::shared_mutex> opened_;
    const std::shared_lock<std::shared_mutex> unchanged_;
  };

  // [One thread] All of the update, or nothing. False if it was not taken, or
  // if that is not known; then Reopen() and sequence() tell.
  bool Write(const DatabaseUpdate& update);
  // [Any thread] RocksDB has stopped by itself; see Tend().
  bool broken() const;
  // [Any thread] False while it is closed, to be opened again.
  bool is_open() const;
  // [The same as Write()] What is to be done now and then: opens it again where
  // RocksDB has stopped by itself, and sees to the space on the disk.
  enum class Tended {
    kAsBefore,
    kMended,  // it can be written to again
    kFailed,  // it cannot be opened
  };
  Tended Tend();
  // [The same] Closes and opens it. Meanwhile nothing is found. False if it
  // cannot be opened; to be tried again.
  bool Reopen();
  // [The same] nullopt if it cannot be read.
  std::optional<uint64_t> sequence() const;

  // What was remembered at the last checkpoint: other pairs are removed when
  // their files are next compacted. Write() ends that, as it brings pairs that
  // are younger.
  // `records`: how many there are.
  void SetRemembered(std::shared_ptr<const Remembered> remembered,
                     uint64_t records);
  // [Any thread] Removes now what is forgotten. Takes long, unless `cancel`
  // becomes true.
  void Compact(std::atomic<bool>* cancel);
  // A table that cannot all be read.
  struct DamagedTable {
    std::string file;
    std::string family;  // of those above
    uint64_t entries = 0;
    bool opens = false;  // else nothing of it can be read
    std::string error;
  };
  // Reads all of it.
  std::vector<DamagedTable> FindDamaged() const;
  // Writes what can be read of it, anew, as the database of a new directory.
  // How many places could not be read; nullopt, with *error, if it cannot be
  // written, or if the state cannot be read.
  std::optional<uint64_t> CopyReadable(const std::string& directory,
                                       std::string* error) const;
  // A copy of it in a new directory, which shares its files as links.
  bool CopyTo(const std::string& directory) const;
  // [Any thread] Of its files, and of those of pairs.
  uint64_t bytes() const;
  uint64_t pair_bytes() const;
  // [Any thread] Of memory that its cache takes.
  size_t cached_bytes() const;
  // [The same as Write()] The room that it needs beside that for the update.
  uint64_t room_to_merge() const;
  // [The same] Merges files unless so much is free. True if it is now.
  bool MakeSpaceFor(uint64_t bytes);

 private:
  explicit Database(std::unique_ptr<Impl> impl);
  void Furnish();

  const std::unique_ptr<Impl> impl_;
};

}  // namespace plumbline
