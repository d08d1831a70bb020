// Pipeline: the way of what changes the state.
//
// Requests wait in line. One of them leads: it takes those in line as one
// commit group, stamps it with the time, has it journalled as one record,
// applies it, and lets their threads go (as LevelDB's write queue does); after
// some groups another one leads. So there is one writer at a time, and an order
// of all events; and when nobody else is in line, a request is served on its
// own thread without a hand-over.
//
//     decoded batches -> [line] -> group -> stored pairs it needs -> journal
//                     -> Applier -> published
//
// Where pairs may leave memory a group takes no more of them at once than a
// share of what may be there; a single request that would is applied in parts
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
    kJournalUnknown,  // not applied now; perhaps after a crash
    kStoreUnread,     // what is stored of some of its ids cannot be read
    kStoreFailed,     // what has changed cannot be saved in time
    kStopped,
  };

  // `journal` may be null: then nothing outlives the process. `memory` is where
  // the pairs are kept.
  explicit Pipeline(Journal* journal, std::pmr::memory_resource* memory =
                                          std::pmr::get_default_resource())
      : journal_(journal), state_(memory), applier_(&state_) {}

  // Pairs may leave memory, for `store`. How many records are to be in memory,
  // and how many may have changed before those are saved. Before anything else.
  void UseStore(PairStore* store, size_t records, size_t unsaved);

  // Continues from what SaveState() wrote. Before anything else. False if it
  // is damaged.
  [[nodiscard]] bool Restore(const StateImage& checkpoint,
                             std::string* unknown) {
    return LoadState(checkpoint, &state_, unknown);
  }
  [[nodiscard]] bool Restore(const StateImage& checkpoint) {
    return LoadState(checkpoint, &state_);
  }

  // Has what is committed from now on journalled. Before the first Commit()
  // only.
  void SetJournal(Journal* journal) { journal_ = journal; }

  // [Any thread] Journals and applies the command at the latest `now_ms` of
  // its group. Returns when it is applied and published. Where it is not
  // applied, nothing of it ever will be, but for kJournalUnknown.
  Status Commit(const Command& command, int64_t now_ms, Outcome* outcome);

  // [Any thread] Calls `visit` between two groups, while nothing changes the
  // state.
  void Exclusively(const std::function<void(State*)>& visit);
  // [Any thread] The same, once between two groups, until `step` returns true.
  // Who leads the groups calls it.
  void Between(const std::function<bool(State*)>& step);

  // Applies a record of the journal. Before the first Commit() only.
  // kJournalFailed if the record is damaged.
  [[nodiscard]] Status Replay(std::string_view record);

  // [Any thread] Commands that are not in line by now are answered kStopped.
  void Stop();

  // [Any thread] More has changed than may be before it is saved: events are
  // answered kStoreFailed.
  bool behind() const { return behind_.load(std::memory_order_relaxed); }

  const State& state() const { return state_; }

 private:
  // What a thread in line sleeps on. It outlives all who do, while a Waiter is
  // gone as soon as its thread has seen its turn: that must not be woken by it.
  struct alignas(64) Bell {
    std::atomic<uint32_t> rung{0};
  };
  struct Waiter {
    const Command* command;
    int64_t now_ms;
    Outcome* outcome;
    const std::function<bool(State*)>* visit = nullptr;  // and no command
    size_t records = 0;  // that the command adds at most
    Status status = Status::kApplied;
    Bell* bell = nullptr;   // while it is in line
    bool too_much = false;  // by itself; it was not applied
    std::atomic<uint32_t> turn{kWaits};
  };
  static constexpr uint32_t kWaits = 0;
  static constexpr uint32_t kServed = 1;
  static constexpr uint32_t kLeads = 2;

  // The command as it is. *too_much: it is to be cut, and was not applied.
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
  // What is half applied cannot be taken back: an exception (no memory) ends
  // the process.
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
  std::string record_;  // scratch; the leader's
  State state_;         // the leader's
  Applier applier_;     // the leader's

  std::mutex mutex_;
  std::deque<Waiter*> line_;  // guarded by mutex_
  bool led_ = false;          // guarded by mutex_; someone leads
  bool stopped_ = false;      // guarded by mutex_
  // Of those in line each has its own, as a rule.
  std::array<Bell, 64> bells_;
  size_t next_bell_ = 0;  // guarded by mutex_

  // More has changed than may be before it is saved.
  size_t unsaved_limit_ = SIZE_MAX;  // records
  size_t group_limit_ = SIZE_MAX;    // records, of a group
  std::atomic<bool> behind_{false};
  std::mutex behind_mutex_;
  std::condition_variable saved_;
};

}  // namespace plumbline
