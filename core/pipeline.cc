#include "core/pipeline.h"

#include <algorithm>
#include <variant>

namespace plumbline {
namespace {

constexpr size_t kLargestGroup = 64;  // requests
constexpr int kGroupsPerLeader = 4;

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
  if (store_ != nullptr) LoadStoredPairs(batch);
  joiner_.Apply(batch, &outcome->batch);
}

void Applier::Do(const Settings& settings, Outcome* outcome) {
  // A window that is added must not count what came before it in its group.
  state_->Publish();
  outcome->done = state_->ChangeSettings(settings, state_->now_ms());
}

void Applier::Do(const Removal& removal, Outcome* outcome) {
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

void Applier::LoadStoredPairs(const EventBatch& batch) {
  joiner_.Begin(batch);
  std::vector<PairKey> missing;
  for (const Event& event : batch.events) {
    PairKey key;
    if (event.has_id && joiner_.KeyOf(batch, event, &key) &&
        state_->table().Find(key) == PairTable::kNone) {
      missing.push_back(key);
    }
  }
  if (missing.empty()) return;
  for (const Record& stored : store_->Find(missing)) {
    Record& record = state_->table().at(state_->table().Insert(stored.key));
    const uint32_t next = record.next;
    record = stored;
    record.next = next;
  }
}

// ---- Pipeline: who leads ----

Pipeline::Status Pipeline::Commit(const Command& command, int64_t now_ms,
                                  Outcome* outcome) {
  Waiter self{&command, now_ms, outcome};
  bool leads = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return Status::kStopped;
    line_.push_back(&self);
    leads = !led_;
    led_ = true;
  }
  WaitAndLead(&self, leads);
  return self.status;
}

void Pipeline::Exclusively(const std::function<void(State*)>& visit) {
  Waiter self{nullptr, 0, nullptr, &visit};
  bool leads = false;
  {
    const std::lock_guard lock(mutex_);
    line_.push_back(&self);
    leads = !led_;
    led_ = true;
  }
  WaitAndLead(&self, leads);
}

void Pipeline::WaitAndLead(Waiter* self, bool leads) {
  if (!leads) {
    // Acquire: sees the outcome, or the state that the last leader left.
    self->turn.wait(kWaits, std::memory_order_acquire);
    leads = self->turn.load(std::memory_order_acquire) == kLeads;
  }
  if (leads) Lead(self);
}

bool Pipeline::Replay(std::string_view record) {
  const auto group = DecodeGroup(record);
  if (!group) return false;
  std::vector<Outcome> outcomes(group->commands.size());
  std::vector<Outcome*> pointers;
  pointers.reserve(outcomes.size());
  for (Outcome& outcome : outcomes) pointers.push_back(&outcome);
  applier_.Apply(group->View(), pointers);
  return true;
}

void Pipeline::Stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
}

// Serves its own group first, then some of those that came meanwhile, and then
// makes the first of the others the leader: it must not serve for ever.
// NOLINTNEXTLINE(bugprone-exception-escape)
void Pipeline::Lead(Waiter* self) noexcept {
  for (int groups = 0;; ++groups) {
    const std::vector<Waiter*> waiters = TakeGroup();
    if (waiters.empty()) return;
    CommitGroup(waiters);
    for (Waiter* waiter : waiters) {
      if (waiter == self) continue;
      // Release: publishes the outcome. The waiter may be gone right after.
      waiter->turn.store(kServed, std::memory_order_release);
      waiter->turn.notify_one();
    }
    if (groups + 1 < kGroupsPerLeader) continue;

    Waiter* next = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (line_.empty()) {
        led_ = false;
      } else {
        next = line_.front();
      }
    }
    if (next == nullptr) return;
    // Release: publishes the state to the next leader.
    next->turn.store(kLeads, std::memory_order_release);
    next->turn.notify_one();
    return;
  }
}

// The requests in line, or none, and then nobody leads any more.
std::vector<Pipeline::Waiter*> Pipeline::TakeGroup() {
  const std::lock_guard lock(mutex_);
  size_t size = std::min(line_.size(), kLargestGroup);
  // A visit is a group of its own.
  for (size_t i = 0; i < size; ++i) {
    if (line_[i]->visit != nullptr) size = std::max<size_t>(i, 1);
  }
  std::vector<Waiter*> waiters(line_.begin(),
                               line_.begin() + static_cast<ptrdiff_t>(size));
  line_.erase(line_.begin(), line_.begin() + static_cast<ptrdiff_t>(size));
  if (waiters.empty()) led_ = false;
  return waiters;
}

void Pipeline::CommitGroup(const std::vector<Waiter*>& waiters) {
  if (waiters[0]->visit != nullptr) {
    (*waiters[0]->visit)(&state_);
    return;
  }
  Group group;
  std::vector<Outcome*> outcomes;
  group.commands.reserve(waiters.size());
  outcomes.reserve(waiters.size());
  for (const Waiter* waiter : waiters) {
    group.now_ms = std::max(group.now_ms, waiter->now_ms);
    group.commands.push_back(waiter->command);
    outcomes.push_back(waiter->outcome);
  }
  if (journal_ != nullptr) {
    constexpr size_t kKept = size_t{4} << 20;
    if (record_.capacity() > kKept) std::string().swap(record_);
    EncodeGroup(group, &record_);
    const Appended appended = journal_->Append(record_);
    if (appended != Appended::kStored) {
      for (Waiter* waiter : waiters) {
        waiter->status = appended == Appended::kNotStored
                             ? Status::kJournalFailed
                             : Status::kJournalUnknown;
      }
      return;
    }
  }
  applier_.Apply(group, outcomes);
}

}  // namespace plumbline
