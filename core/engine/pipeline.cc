#include "core/engine/pipeline.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <variant>

#include "core/engine/request_parts.h"
#include "core/join/record_counts.h"

namespace plumbline {
namespace {

constexpr size_t kLargestGroup = 64;  // requests
constexpr size_t kLargestGroupEvents = 20'000;
constexpr int kGroupsPerLeader = 4;
constexpr auto kLongestWait = std::chrono::seconds(1);  // for AwaitSaving()
// A group takes at most 1/11 of the records that may be in memory. With the
// share of dirty records (see memory_split.h) that makes a whole.
constexpr size_t kGroupShare = 11;
// Lower bound of that: an ordinary request, however little memory there is.
constexpr size_t kLeastGroupRecords = 2 * kLargestGroupEvents;
constexpr int kTriesOfPart = 10;
constexpr auto kBetweenTries = std::chrono::milliseconds(250);

size_t EventsOf(const Command* command) {
  const auto* batch =
      command == nullptr ? nullptr : std::get_if<EventBatch>(command);
  return batch == nullptr ? 0 : batch->events.size();
}

}  // namespace

void Pipeline::UseStore(PairStore* store, size_t records, size_t dirty) {
  applier_.UseStore(store);
  state_.pair_memory().Limit(records);
  dirty_limit_ = dirty;
  if (records == SIZE_MAX) return;
  group_limit_ = std::max(records / kGroupShare, kLeastGroupRecords);
}

Pipeline::Status Pipeline::Commit(const Command& command, int64_t now_ms,
                                  Outcome* outcome) {
  bool too_much = false;
  const Status status = CommitWhole(command, now_ms, outcome, &too_much);
  if (!too_much) return status;
  return CommitParts(std::get<EventBatch>(command), now_ms, outcome);
}

Pipeline::Status Pipeline::CommitWhole(const Command& command, int64_t now_ms,
                                       Outcome* outcome, bool* too_much) {
  Waiter self{&command, now_ms, outcome};
  if (const size_t events = EventsOf(&command); events > 0) {
    self.records = NewRecords(std::get<EventBatch>(command));
    *too_much = self.records > group_limit_ && events > 1;
    if (*too_much) return Status::kStoreFailed;
    applier_.AwaitTurn(self.records);
    if (!AwaitSaving()) return Status::kStoreFailed;
  }
  const Status status = Enter(&self, false);
  *too_much = self.too_much;
  return status;
}

// An applied part cannot be undone. So after the first part, later ones are
// retried. If they fail in the end, the client gets no answer and sends the
// whole request again.
Pipeline::Status Pipeline::CommitParts(const EventBatch& batch, int64_t now_ms,
                                       Outcome* outcome) {
  RequestParts parts(&batch, &outcome->batch);
  while (!parts.done()) {
    Outcome of_part;
    bool too_much = false;
    const Command& part = parts.Next(&of_part.batch);
    const Status status = parts.is_first()
                              ? CommitWhole(part, now_ms, &of_part, &too_much)
                              : CommitPart(part, now_ms, &of_part, &too_much);
    if (too_much) {
      parts.Halve();
      continue;
    }
    if (status != Status::kApplied) {
      outcome->unreadable = of_part.unreadable;
      return parts.is_first() ? status : Status::kJournalUnknown;
    }
    outcome->batch.full = of_part.batch.full;
    if (outcome->batch.full) break;
    parts.Add(of_part.batch);
  }
  return Status::kApplied;
}

Pipeline::Status Pipeline::CommitPart(const Command& part, int64_t now_ms,
                                      Outcome* outcome, bool* too_much) {
  for (int n = 1;; ++n) {
    outcome->unreadable.clear();
    const Status status = CommitWhole(part, now_ms, outcome, too_much);
    const bool again = status == Status::kStoreFailed ||
                       status == Status::kStoreUnread ||
                       status == Status::kJournalFailed;
    if (*too_much || !again || n == kTriesOfPart) return status;
    std::this_thread::sleep_for(kBetweenTries);
  }
}

void Pipeline::Exclusively(const std::function<void(State*)>& visit) {
  Between([&visit](State* state) {
    visit(state);
    return true;
  });
}

void Pipeline::Between(const std::function<bool(State*)>& step) {
  Waiter self{nullptr, 0, nullptr, &step};
  Enter(&self, true);
}

Pipeline::Status Pipeline::Enter(Waiter* self, bool even_if_stopped) {
  bool leads = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ && !even_if_stopped) return Status::kStopped;
    self->bell = &bells_[next_bell_++ % bells_.size()];
    line_.push_back(self);
    leads = !led_;
    led_ = true;
  }
  WaitAndLead(self, leads);
  return self->status;
}

// Slows ingest down when it outruns saving. It waits here and not in the queue,
// as the thread that saves uses the queue too.
bool Pipeline::AwaitSaving() {
  if (!behind_.load(std::memory_order_relaxed)) return true;
  std::unique_lock lock(behind_mutex_);
  return saved_.wait_for(lock, kLongestWait, [this] {
    return !behind_.load(std::memory_order_relaxed);
  });
}

void Pipeline::NoteSaving() {
  state_.PublishDirty();
  const bool behind = state_.dirty_pairs().changed() > dirty_limit_;
  if (behind == behind_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(behind_mutex_);
  behind_.store(behind, std::memory_order_relaxed);
  saved_.notify_all();
}

void Pipeline::WaitAndLead(Waiter* self, bool leads) {
  while (!leads || !Lead(self)) {
    AwaitTurnOf(*self);
    // Acquire: sees the outcome, or the last leader's state.
    if (self->turn.load(std::memory_order_acquire) == kServed) return;
    self->turn.store(kWaits, std::memory_order_relaxed);
    leads = true;
  }
}

// Returns when the turn is not kWaits.
void Pipeline::AwaitTurnOf(const Waiter& self) {
  while (true) {
    // Acquire: a ring seen here comes with its turn. A later ring ends the wait
    // below.
    const uint32_t rung = self.bell->rung.load(std::memory_order_acquire);
    if (self.turn.load(std::memory_order_acquire) != kWaits) return;
    self.bell->rung.wait(rung, std::memory_order_relaxed);
  }
}

// The waiter may be destroyed as soon as it sees its turn. Nothing of it is
// touched after the store.
void Pipeline::Wake(Waiter* waiter, uint32_t turn) {
  Bell* const bell = waiter->bell;
  // Release: publishes the outcome, or the state, to the next leader.
  waiter->turn.store(turn, std::memory_order_release);
  // Release: a thread that sees the ring sees the turn.
  bell->rung.fetch_add(1, std::memory_order_release);
  // Notify all: several threads may sleep on the same bell.
  bell->rung.notify_all();
}

Pipeline::Status Pipeline::Replay(std::string_view record) {
  const auto stored = DecodeGroup(record);
  if (!stored) return Status::kJournalFailed;
  const Group group = stored->View();
  std::vector<Outcome> outcomes(group.commands.size());
  std::vector<Outcome*> pointers;
  pointers.reserve(outcomes.size());
  for (Outcome& outcome : outcomes) pointers.push_back(&outcome);
  if (applier_.Prepare(group, pointers) != Applier::Prepared::kYes) {
    return Status::kStoreUnread;
  }
  applier_.Apply(group, pointers);
  state_.PublishDirty();
  return Status::kApplied;
}

void Pipeline::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

// Commits kGroupsPerLeader groups, and then passes the lead to another queued
// thread. Returns then, or when the queue is empty. True if `self` was served.
// NOLINTNEXTLINE(bugprone-exception-escape)
bool Pipeline::Lead(Waiter* self) noexcept {
  bool served = false;
  for (int groups = 1;; ++groups) {
    std::vector<Waiter*> waiters = TakeGroup();
    if (waiters.empty()) return served;
    if (CommitGroup(&waiters)) {
      for (Waiter* waiter : waiters) {
        if (waiter == self) {
          served = true;
          continue;
        }
        Wake(waiter, kServed);
      }
    } else {
      const std::lock_guard lock(mutex_);
      line_.push_back(waiters[0]);
    }
    if (groups < kGroupsPerLeader) continue;

    Waiter* const next = NextLeader();
    if (next == nullptr) return served;
    if (next == self) {
      groups = 0;
      continue;
    }
    Wake(next, kLeads);
    return served;
  }
}

// Null if the queue is empty; then there is no leader. Prefers a thread that
// answers a request: one that visits may sleep deeper.
Pipeline::Waiter* Pipeline::NextLeader() {
  const std::lock_guard lock(mutex_);
  led_ = !line_.empty();
  if (!led_) return nullptr;
  const auto answers = std::find_if(
      line_.begin(), line_.end(),
      [](const Waiter* waiter) { return waiter->visit == nullptr; });
  return answers == line_.end() ? line_.front() : *answers;
}

// Takes the next group from the queue. If it is empty, there is no leader
// afterwards.
std::vector<Pipeline::Waiter*> Pipeline::TakeGroup() {
  const std::lock_guard lock(mutex_);
  size_t size = std::min(line_.size(), kLargestGroup);
  size_t events = 0;
  size_t records = 0;
  for (size_t i = 0; i < size; ++i) {
    // A visit is a group of its own.
    events += EventsOf(line_[i]->command);
    records += line_[i]->records;
    if (line_[i]->visit != nullptr || events > kLargestGroupEvents ||
        records > group_limit_) {
      size = std::max<size_t>(i, 1);
    }
  }
  std::vector<Waiter*> waiters(line_.begin(),
                               line_.begin() + static_cast<ptrdiff_t>(size));
  line_.erase(line_.begin(), line_.begin() + static_cast<ptrdiff_t>(size));
  if (waiters.empty()) led_ = false;
  return waiters;
}

// False if the group is a visit that must be repeated.
bool Pipeline::CommitGroup(std::vector<Waiter*>* waiters) {
  bool done = true;
  const Waiter& first = *waiters->front();
  if (first.visit != nullptr) {
    done = (*first.visit)(&state_);
  } else {
    CommitCommands(waiters);
  }
  NoteSaving();
  return done;
}

// Commits the requests. If they are too large together, puts some back.
void Pipeline::CommitCommands(std::vector<Waiter*>* waiters) {
  while (true) {
    Group group;
    std::vector<Outcome*> outcomes;
    group.commands.reserve(waiters->size());
    outcomes.reserve(waiters->size());
    for (const Waiter* waiter : *waiters) {
      group.now_ms = std::max(group.now_ms, waiter->now_ms);
      group.commands.push_back(waiter->command);
      outcomes.push_back(waiter->outcome);
    }
    bool too_much = false;
    const Status status = CommitRecord(group, outcomes, &too_much);
    if (too_much && waiters->size() > 1) {
      PutBackHalf(waiters);
      continue;
    }
    for (Waiter* waiter : *waiters) waiter->status = status;
    waiters->front()->too_much = too_much;
    if (status == Status::kStoreUnread) CommitReadable(waiters);
    return;
  }
}

// Commits the readable requests without those that need unreadable records.
void Pipeline::CommitReadable(std::vector<Waiter*>* waiters) {
  const auto unreadable = std::stable_partition(
      waiters->begin(), waiters->end(),
      [](const Waiter* waiter) { return waiter->outcome->unreadable.empty(); });
  if (unreadable == waiters->begin() || unreadable == waiters->end()) return;
  std::vector<Waiter*> others(waiters->begin(), unreadable);
  waiters->erase(waiters->begin(), unreadable);
  CommitCommands(&others);
  waiters->insert(waiters->end(), others.begin(), others.end());
}

void Pipeline::PutBackHalf(std::vector<Waiter*>* waiters) {
  const auto half =
      waiters->begin() + static_cast<ptrdiff_t>((waiters->size() + 1) / 2);
  const std::lock_guard lock(mutex_);
  line_.insert(line_.begin(), half, waiters->end());
  waiters->erase(half, waiters->end());
}

Pipeline::Status Pipeline::CommitRecord(const Group& group,
                                        const std::vector<Outcome*>& outcomes,
                                        bool* too_much) {
  // Requests queued before the limit was exceeded may exceed it by an eighth.
  const bool any_events =
      std::any_of(group.commands.begin(), group.commands.end(),
                  [](const Command* command) { return EventsOf(command) > 0; });
  if (any_events && state_.dirty_pairs().changed() / 9 > dirty_limit_ / 8) {
    return Status::kStoreFailed;
  }
  // A single event is applied, whatever it needs.
  const bool may_be_cut =
      group.commands.size() > 1 || EventsOf(group.commands.front()) > 1;
  const Applier::Prepared prepared =
      applier_.Prepare(group, outcomes, may_be_cut ? group_limit_ : SIZE_MAX);
  *too_much = prepared == Applier::Prepared::kTooMuch;
  if (prepared != Applier::Prepared::kYes) return Status::kStoreUnread;
  if (journal_ != nullptr) {
    constexpr size_t kKept = size_t{4} << 20;
    if (record_.capacity() > kKept) std::string().swap(record_);
    EncodeGroup(group, &record_);
    const Appended appended = journal_->Append(record_);
    if (appended == Appended::kNotStored) return Status::kJournalFailed;
    if (appended == Appended::kUnknown) return Status::kJournalUnknown;
  }
  applier_.Apply(group, outcomes);
  return Status::kApplied;
}

}  // namespace plumbline
