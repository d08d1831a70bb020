// HistoryStore: the history of all versions, in the database.
//
// Key: owner of the version (32 bits), 0 for a minute or 1 for an hour, begin
// in ms (64 bits), all big-endian. Value: core/window/history.h as bytes.
//
// Each checkpoint takes the changes from the state and adds them to the stored
// values. Once an hour it also merges minutes older than a day into hours, and
// removes steps beyond the retention and those of deleted versions.

#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "core/engine/pipeline.h"
#include "core/window/history.h"
#include "daemon/store/database.h"

namespace plumbline {

class HistoryStore {
 public:
  HistoryStore(const Database* database, int64_t retention_ms)
      : database_(database), retention_ms_(retention_ms) {}

  // [Any thread]
  void SetRetention(int64_t ms) { retention_ms_.store(ms); }

  // [Writer] Takes the changes for the checkpoint of this sequence.
  void Take(State* state, uint64_t sequence);
  // [Checkpoints] The changes to the database. nullopt if it cannot be read.
  std::optional<std::map<std::string, std::optional<std::string>>> Changes();
  // [Checkpoints] Call after the changes are stored.
  void Stored();

  // [Any thread] The current steps of a version that begin in [from_ms, to_ms):
  // minutes, and older ones as hours. nullopt if the store cannot be read now.
  std::optional<Steps> Read(Pipeline* pipeline, uint32_t owner, int64_t from_ms,
                            int64_t to_ms) const;

 private:
  struct Taken {
    uint64_t sequence = 0;  // of the checkpoint
    int64_t now_ms = 0;
    std::map<uint32_t, Steps> steps;  // by owner
    std::set<uint32_t> owners;        // that exist
  };
  using Encoded = std::map<std::string, std::optional<std::string>>;

  bool ReadKept(const std::string& key, std::optional<std::string>* kept);
  bool Sweep(const Taken& taken, int64_t hours_before, int64_t oldest,
             Encoded* changes, std::map<std::string, StepCounts>* added) const;

  const Database* const database_;
  std::atomic<int64_t> retention_ms_;
  int64_t swept_before_ = -1;  // at the last sweep
  int64_t sweeping_before_ = -1;
  int failed_reads_ = 0;  // since the last stored change
  mutable std::mutex mutex_;
  std::shared_ptr<const Taken> taken_;  // guarded by mutex_; may be null
};

}  // namespace plumbline
