// Pipeline: commits every change of the state.
//
// Requests wait in a queue. One of their threads is the leader. It takes the
// queue as one commit group, stamps it with the time, journals it as one
// record, applies it, and wakes the other threads (like LevelDB's write queue).
// After a few groups another thread leads. So there is one writer at a time,
// and one order of all events. A request that is alone in the queue is served
// on its own thread, without a hand-over.
//
//     decoded batches -> [queue] -> group -> load stored pairs -> journal
//                     -> Applier -> published
//
// With a store, a group takes at most a fixed share of the records that may be
// in memory. A single request that needs more is applied in parts
// (core/engine/request_parts.h).

#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory_resource>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/applier.h"
#include "core/engine/checkpoint.h"
#include "core/engine/journal.h"
#include "core/event/command.h"
#include "core/model/state.h"
#include "core/pairs/pair_store.h"

namespace plumbline {

class Pipeline {
 public:
  enum class Status {
    kApplied,
    kJournalFailed,
    kJournalUnknown,  // not applied now, but may be after a crash
    kStoreUnread,     // stored records of some ids cannot be read
    kStoreFailed,     // dirty records cannot be saved in time
    kStopped,
  };

  // `journal` may be null: then the state does not outlive the process.
  // `memory` allocates the pairs.
  explicit Pipeline(Journal* journal, std::pmr::memory_resource* memory =
                                          std::pmr::get_default_resource())
      : journal_(journal), state_(memory), applier_(&state_) {}

  // Lets pairs leave memory for `store`. `records`: limit of records in memory.
  // `dirty`: limit of dirty records. Call before anything else.
  void UseStore(PairStore* store, size_t records, size_t dirty);

  // Restores a checkpoint of SaveState(). Call before anything else. False if
  // it is damaged.
  [[nodiscard]] bool Restore(const StateImage& checkpoint,
                             std::string* unknown) {
    return LoadState(checkpoint, &state_, unknown);
  }
  [[nodiscard]] bool Restore(const StateImage& checkpoint) {
    return LoadState(checkpoint, &state_);
  }

  // Journals all later commits. Call before the first Commit().
  void SetJournal(Journal* journal) { journal_ = journal; }

  // [Any thread] Journals and applies the command, at the latest `now_ms` of
  // its group. Returns after it is applied and published. If it is not applied,
  // no part of it ever will be, except with kJournalUnknown.
  Status Commit(const Command& command, int64_t now_ms, Outcome* outcome);

  // [Any thread] Calls `visit` between two groups, with exclusive access to the
  // state.
  void Exclusively(const std::function<void(State*)>& visit);
  // [Any thread] Calls `step` between two groups, and again between later ones,
  // until it returns true. The leader's thread calls it.
  void Between(const std::function<bool(State*)>& step);

  // Applies a record of the journal. Call before the first Commit().
  // kJournalFailed if the record is damaged.
  [[nodiscard]] Status Replay(std::string_view record);

  // [Any thread] Answers kStopped to later commands. Those in the queue are
  // served.
  void Stop();

  // [Any thread] True if more records are dirty than the limit: events get
  // kStoreFailed.
  bool behind() const { return behind_.load(std::memory_order_relaxed); }

  const State& state() const { return state_; }

 private:
  // Queued threads sleep on a Bell. It outlives them, while a Waiter dies as
  // soon as its thread sees its turn and so must not be touched to wake it.
  struct alignas(64) Bell {
    std::atomic<uint32_t> rung{0};
  };
  struct Waiter {
    const Command* command;
    int64_t now_ms;
    Outcome* outcome;
    const std::function<bool(State*)>* visit = nullptr;  // without a command
    size_t records = 0;  // upper bound of the records that the command adds
    Status status = Status::kApplied;
    Bell* bell = nullptr;   // while it is queued
    bool too_much = false;  // too large for one group; it was not applied
    std::atomic<uint32_t> turn{kWaits};
  };
  static constexpr uint32_t kWaits = 0;
  static constexpr uint32_t kServed = 1;
  static constexpr uint32_t kLeads = 2;

  // Commits the command in one piece. *too_much: it must be split; it was not
  // applied.
  Status CommitWhole(const Command& command, int64_t now_ms, Outcome* outcome,
                     bool* too_much);
  Status CommitParts(const EventBatch& batch, int64_t now_ms, Outcome* outcome);
  Status CommitPart(const Command& part, int64_t now_ms, Outcome* outcome,
                    bool* too_much);
  bool AwaitSaving();
  void NoteSaving();
  Status Enter(Waiter* self, bool even_if_stopped);
  void WaitAndLead(Waiter* self, bool leads);
  static void AwaitTurnOf(const Waiter& self);
  static void Wake(Waiter* waiter, uint32_t turn);
  // A group that is half applied cannot be undone, so an exception (out of
  // memory) ends the process.
  bool Lead(Waiter* self) noexcept;  // NOLINT(bugprone-exception-escape)
  std::vector<Waiter*> TakeGroup();
  Waiter* NextLeader();
  bool CommitGroup(std::vector<Waiter*>* waiters);
  void CommitCommands(std::vector<Waiter*>* waiters);
  void CommitReadable(std::vector<Waiter*>* waiters);
  void PutBackHalf(std::vector<Waiter*>* waiters);
  Status CommitRecord(const Group& group, const std::vector<Outcome*>& outcomes,
                      bool* too_much);

  Journal* journal_;
  std::string record_;  // scratch; owned by the leader
  State state_;         // owned by the leader
  Applier applier_;     // owned by the leader

  std::mutex mutex_;
  std::deque<Waiter*> line_;  // guarded by mutex_
  bool led_ = false;          // guarded by mutex_; there is a leader
  bool stopped_ = false;      // guarded by mutex_
  // Usually each queued thread has one of its own.
  std::array<Bell, 64> bells_;
  size_t next_bell_ = 0;  // guarded by mutex_

  // behind_: more records are dirty than dirty_limit_.
  size_t dirty_limit_ = SIZE_MAX;  // records
  size_t group_limit_ = SIZE_MAX;  // records of a group
  std::atomic<bool> behind_{false};
  std::mutex behind_mutex_;
  std::condition_variable saved_;
};

}  // namespace plumbline
