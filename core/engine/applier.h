// Applier: applies a commit group to the state.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/event/command.h"
#include "core/join/batch_names.h"
#include "core/join/batch_outcome.h"
#include "core/join/joiner.h"
#include "core/model/state.h"
#include "core/pairs/pair_store.h"

namespace plumbline {

struct Outcome {
  BatchOutcome batch;  // of an EventBatch
  // Of an EventBatch: indexes, in the body, of events with stored records that
  // cannot be read. If there are any, none of the batch is applied.
  std::vector<uint32_t> unreadable;
  // Settings: false if they would exceed limits.window_bytes. Removal: false if
  // there is no such model or version.
  bool done = true;
};

// Folds groups into a state. Deterministic: the outcome depends only on the
// state and the group.
class Applier {
 public:
  explicit Applier(State* state) : state_(state), joiner_(state) {}

  // Without a store all pairs stay in memory.
  void UseStore(PairStore* store) { store_ = store; }

  // [Any thread] See PairStore::AwaitTurn().
  void AwaitTurn(size_t events) const;

  // Loads the stored pairs that the group needs, and evicts others from memory.
  // Call immediately before Apply().
  enum class Prepared {
    kYes,
    kTooMuch,  // it would take more than `most` records
    // Some cannot be read. The outcomes tell the commands that must not be
    // applied.
    kUnread,
  };
  [[nodiscard]] Prepared Prepare(const Group& group,
                                 const std::vector<Outcome*>& outcomes,
                                 size_t most = SIZE_MAX);

  // Applies the group and publishes the state. REQUIRES: one outcome for each
  // command.
  void Apply(const Group& group, const std::vector<Outcome*>& outcomes);

 private:
  void Do(const Tick&, Outcome*) { state_->SweepIdle(); }
  void Do(const EventBatch& batch, Outcome* outcome);
  void Do(const Settings& settings, Outcome* outcome);
  void Do(const Removal& removal, Outcome* outcome);
  size_t CollectKeys(const Group& group);
  size_t EraseThoseInMemory();  // of keys_
  bool FindStored(const Group& group, size_t added, size_t most);
  void LeaveOutUnreadable();
  void MakeRoomForFound(const Group& group, size_t coming);

  State* const state_;
  PairStore* store_ = nullptr;
  Joiner joiner_;
  BatchNames names_{state_};                // of the current batch
  std::vector<PairKey> keys_;               // scratch
  std::vector<PairKey> held_;               // scratch
  std::vector<const EventBatch*> batches_;  // scratch
  std::vector<PairKey> unreadable_;         // scratch; of keys_
  std::vector<Record> records_;             // scratch
  size_t found_ = 0;                        // records found for the last group
  size_t expected_ = 0;                     // estimate of records to be found
};

}  // namespace plumbline
