#include "core/pipeline.h"

#include <algorithm>
#include <chrono>
#include <variant>

#include "core/join/sound_record.h"

namespace plumbline {
namespace {

constexpr size_t kLargestGroup = 64;  // requests
constexpr size_t kLargestGroupEvents = 20'000;
constexpr int kGroupsPerLeader = 4;
constexpr auto kLongestWait = std::chrono::seconds(1);  // for a saving

size_t EventsOf(const Command* command) {
  const auto* batch =
      command == nullptr ? nullptr : std::get_if<EventBatch>(command);
  return batch == nullptr ? 0 : batch->events.size();
}

}  // namespace

// ---- Applier: what a group does ----

void Applier::Apply(const Group& group, const std::vector<Outcome*>& outcomes) {
  // Time first: what is over its horizon is gone before the events come.
  state_->Advance(group.now_ms);

  // The commands, in order. They change the writer's half of the state only.
  for (size_t i = 0; i < group.commands.size(); ++i) {
    std::visit([&](const auto& command) { Do(command, outcomes[i]); },
               *group.commands[i]);
  }

  // From here on readers see all of it.
  state_->Publish();
}

void Applier::Do(const EventBatch& batch, Outcome* outcome) {
  joiner_.Apply(batch, &outcome->batch);
}

void Applier::Do(const Settings& settings, Outcome* outcome) {
  // A window that is added must not count what came before it in its group.
  state_->Publish();
  outcome->done = state_->ChangeSettings(settings, state_->now_ms());
}

void Applier::Do(const Removal& removal, Outcome* outcome) {
  // What came before it in its group still needs what is removed with it.
  state_->Publish();
  Model* model = state_->FindModel(removal.model);
  Version* version = nullptr;
  if (model != nullptr && removal.version) {
    version = State::FindVersion(*model, *removal.version);
  }
  if (model == nullptr || (removal.version && version == nullptr)) {
    outcome->done = false;
  } else if (version != nullptr) {
    state_->Remove(model, version);
  } else {
    state_->Remove(model);
  }
}

bool Applier::Prepare(const Group& group,
                      const std::vector<Outcome*>& outcomes) {
  if (store_ == nullptr) return true;
  keys_.clear();
  for (const Command* command : group.commands) {
    if (const auto* batch = std::get_if<EventBatch>(command)) {
      joiner_.AppendKeys(*batch, &keys_);
    }
  }
  state_->MakeMemoryRoom(keys_.size());
  EraseThoseInMemory();
  store_->Screen(&keys_);
  if (keys_.empty()) return true;
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  if (FindStored()) return true;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (const auto* batch = std::get_if<EventBatch>(group.commands[i])) {
      outcomes[i]->unreadable = joiner_.EventsOf(*batch, unreadable_);
    }
  }
  return false;
}

// False if not all of keys_ can be read; unreadable_ are the others.
bool Applier::FindStored() {
  records_.clear();
  unreadable_.clear();
  bool all = store_->Find(keys_, &records_, &unreadable_);
  for (const Record& stored : records_) {
    if (IsSound(*state_, stored)) continue;
    store_->NoteDamaged(stored);
    unreadable_.push_back(stored.key);
    all = false;
  }
  if (!all) {
    // A chain is known as a whole, or not at all.
    std::sort(unreadable_.begin(), unreadable_.end());
    std::erase_if(records_, [this](const Record& stored) {
      return std::binary_search(unreadable_.begin(), unreadable_.end(),
                                stored.key);
    });
  }
  // From the last to the first, as each becomes the head of its chain.
  PairTable& table = state_->table();
  for (auto stored = records_.rbegin(); stored != records_.rend(); ++stored) {
    table.InsertCopy(*stored);
  }
  return all;
}

void Applier::EraseThoseInMemory() {
  constexpr size_t kAhead = 32;
  const PairTable& table = state_->table();
  size_t kept = 0;
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (i + 2 * kAhead < keys_.size()) {
      table.PrefetchIndex(keys_[i + 2 * kAhead]);
    }
    if (i + kAhead < keys_.size()) table.PrefetchRecord(keys_[i + kAhead]);
    if (table.Find(keys_[i]) == PairTable::kNone) keys_[kept++] = keys_[i];
  }
  keys_.resize(kept);
}

void Applier::AwaitTurn(size_t events) const {
  if (store_ == nullptr) return;
  const int64_t unsaved =
      state_->gauges().unsaved_records.load(std::memory_order_relaxed);
  store_->AwaitTurn(events, static_cast<size_t>(unsaved));
}

// ---- Pipeline: who leads ----

Pipeline::Status Pipeline::Commit(const Command& command, int64_t now_ms,
                                  Outcome* outcome) {
  if (const size_t events = EventsOf(&command); events > 0) {
    applier_.AwaitTurn(events);
    if (!AwaitSaving()) return Status::kStoreFailed;
  }
  Waiter self{&command, now_ms, outcome};
  return Enter(&self, false);
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
  if (!applier_.Prepare(group, pointers)) return Status::kStoreUnread;
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
    const std::vector<Waiter*> waiters = TakeGroup();
    if (waiters.empty()) return served;
    if (CommitGroup(waiters)) {
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
  for (size_t i = 0; i < size; ++i) {
    // A visit is a group of its own.
    events += EventsOf(line_[i]->command);
    if (line_[i]->visit != nullptr || events > kLargestGroupEvents) {
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
bool Pipeline::CommitGroup(const std::vector<Waiter*>& waiters) {
  bool done = true;
  if (waiters[0]->visit != nullptr) {
    done = (*waiters[0]->visit)(&state_);
  } else {
    CommitCommands(waiters);
  }
  NoteSaving();
  return done;
}

void Pipeline::CommitCommands(const std::vector<Waiter*>& waiters) {
  Group group;
  std::vector<Outcome*> outcomes;
  group.commands.reserve(waiters.size());
  outcomes.reserve(waiters.size());
  for (const Waiter* waiter : waiters) {
    group.now_ms = std::max(group.now_ms, waiter->now_ms);
    group.commands.push_back(waiter->command);
    outcomes.push_back(waiter->outcome);
  }
  const Status status = CommitRecord(group, outcomes);
  for (Waiter* waiter : waiters) waiter->status = status;
  if (status != Status::kStoreUnread) return;
  // What is stored for one of them cannot be read: the others go on without it.
  std::vector<Waiter*> others;
  for (Waiter* waiter : waiters) {
    if (waiter->outcome->unreadable.empty()) others.push_back(waiter);
  }
  if (!others.empty() && others.size() < waiters.size()) {
    CommitCommands(others);
  }
}

Pipeline::Status Pipeline::CommitRecord(const Group& group,
                                        const std::vector<Outcome*>& outcomes) {
  // Those in line when it fell behind fill it up by a quarter, no more.
  const bool any_events =
      std::any_of(group.commands.begin(), group.commands.end(),
                  [](const Command* command) { return EventsOf(command) > 0; });
  if (any_events && state_.unsaved_pairs().changed() / 5 > unsaved_limit_ / 4) {
    return Status::kStoreFailed;
  }
  if (!applier_.Prepare(group, outcomes)) return Status::kStoreUnread;
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
