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
constexpr auto kLongestWait = std::chrono::seconds(1);  // for a saving
// Of the records that may be in memory a group takes no more than one in so
// many. With what may wait to be saved (see memory_split.h) that makes a whole.
constexpr size_t kGroupShare = 11;
// Or so many: an ordinary request, however little memory there is.
constexpr size_t kLeastGroupRecords = 2 * kLargestGroupEvents;
constexpr int kTriesOfPart = 10;
constexpr auto kBetweenTries = std::chrono::milliseconds(250);

size_t EventsOf(const Command* command) {
  const auto* batch =
      command == nullptr ? nullptr : std::get_if<EventBatch>(command);
  return batch == nullptr ? 0 : batch->events.size();
}

}  // namespace

void Pipeline::UseStore(PairStore* store, size_t records, size_t unsaved) {
  applier_.UseStore(store);
  state_.pair_memory().Limit(records);
  unsaved_limit_ = unsaved;
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

// What is applied cannot be taken back. So once a part is, the others are tried
// again and again; a client that gets no answer then sends all of it again.
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

// Where ingest outruns what is saved it is slowed down here, not in line: who
// saves stands in line too.
bool Pipeline::AwaitSaving() {
  if (!behind_.load(std::memory_order_relaxed)) return true;
  std::unique_lock lock(behind_mutex_);
  return saved_.wait_for(lock, kLongestWait, [this] {
    return !behind_.load(std::memory_order_relaxed);
  });
}

void Pipeline::NoteSaving() {
  state_.PublishUnsaved();
  const bool behind = state_.unsaved_pairs().changed() > unsaved_limit_;
  if (behind == behind_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(behind_mutex_);
  behind_.store(behind, std::memory_order_relaxed);
  saved_.notify_all();
}

void Pipeline::WaitAndLead(Waiter* self, bool leads) {
  while (!leads || !Lead(self)) {
    AwaitTurnOf(*self);
    // Acquire: sees the outcome, or the state that the last leader left.
    if (self->turn.load(std::memory_order_acquire) == kServed) return;
    self->turn.store(kWaits, std::memory_order_relaxed);
    leads = true;
  }
}

// Returns when the turn is no more kWaits.
void Pipeline::AwaitTurnOf(const Waiter& self) {
  while (true) {
    // Acquire: a ring that is seen here comes with the turn that it was for;
    // one that is not ends the wait below.
    const uint32_t rung = self.bell->rung.load(std::memory_order_acquire);
    if (self.turn.load(std::memory_order_acquire) != kWaits) return;
    self.bell->rung.wait(rung, std::memory_order_relaxed);
  }
}

// The waiter may be gone as soon as it has its turn: nothing of it is touched
// after that, not even to notify it.
void Pipeline::Wake(Waiter* waiter, uint32_t turn) {
  Bell* const bell = waiter->bell;
  // Release: publishes the outcome, or the state to the next leader.
  waiter->turn.store(turn, std::memory_order_release);
  // Release: whoever sees the ring sees the turn.
  bell->rung.fetch_add(1, std::memory_order_release);
  // All: another one may sleep on the same bell.
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
  state_.PublishUnsaved();
  return Status::kApplied;
}

void Pipeline::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

// Commits some groups, and then makes another one in line the leader: it must
// not serve for ever. Returns then, or when nobody is in line. True if `self`
// was served.
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

// None if nobody is in line, and then nobody leads any more. One who visits
// may sleep deeper than one who answers.
Pipeline::Waiter* Pipeline::NextLeader() {
  const std::lock_guard lock(mutex_);
  led_ = !line_.empty();
  if (!led_) return nullptr;
  const auto answers = std::find_if(
      line_.begin(), line_.end(),
      [](const Waiter* waiter) { return waiter->visit == nullptr; });
  return answers == line_.end() ? line_.front() : *answers;
}

// The requests in line, or none, and then nobody leads any more.
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

// False if the visit that it was is to be made again.
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

// Of those that are too much together some are put back in line.
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

// What is stored for one of them cannot be read: the others go on without it.
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
  // Those in line when it fell behind fill it up by an eighth, no more.
  const bool any_events =
      std::any_of(group.commands.begin(), group.commands.end(),
                  [](const Command* command) { return EventsOf(command) > 0; });
  if (any_events && state_.unsaved_pairs().changed() / 9 > unsaved_limit_ / 8) {
    return Status::kStoreFailed;
  }
  // A single event is taken, whatever it needs.
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
