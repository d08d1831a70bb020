// Applier: what a commit group does to the state.

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
  // Of an EventBatch: events of which cannot be read what is stored of their
  // ids, by their places in the body. If there are any nothing of it is
  // applied.
  std::vector<uint32_t> unreadable;
  // Settings: false if they would need more than limits.window_bytes.
  // Removal: false if there is no such model or version.
  bool done = true;
};

// Folds groups into a state. Deterministic: the outcome depends on the state
// and the group alone.
class Applier {
 public:
  explicit Applier(State* state) : state_(state), joiner_(state) {}

  // Without a store all pairs are in memory.
  void UseStore(PairStore* store) { store_ = store; }

  // [Any thread] See PairStore.
  void AwaitTurn(size_t events) const;

  // Brings the pairs that the group is about into memory, and lets others
  // leave it. Before Apply(), with nothing in between.
  enum class Prepared {
    kYes,
    kTooMuch,  // it would take more than `most` records
    // Not all can be read: the outcomes say which commands are not to be
    // applied.
    kUnread,
  };
  [[nodiscard]] Prepared Prepare(const Group& group,
                                 const std::vector<Outcome*>& outcomes,
                                 size_t most = SIZE_MAX);

  // Applies and publishes. `outcomes` are as many as the group has commands.
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
  BatchNames names_{state_};                // of the batch at hand
  std::vector<PairKey> keys_;               // scratch
  std::vector<PairKey> held_;               // scratch
  std::vector<const EventBatch*> batches_;  // scratch
  std::vector<PairKey> unreadable_;         // scratch; of keys_
  std::vector<Record> records_;             // scratch
  size_t found_ = 0;                        // records, of the last group
  size_t expected_ = 0;                     // to be found, at most
};

}  // namespace plumbline
