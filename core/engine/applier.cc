#include "core/engine/applier.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "core/join/record_counts.h"
#include "core/join/sound_record.h"

namespace plumbline {

void Applier::Apply(const Group& group, const std::vector<Outcome*>& outcomes) {
  // Advance time first: expired records are dropped before the events are
  // applied.
  state_->Advance(group.now_ms);

  // Apply the commands in order. They change only the writer's half of the
  // state.
  for (size_t i = 0; i < group.commands.size(); ++i) {
    std::visit([&](const auto& command) { Do(command, outcomes[i]); },
               *group.commands[i]);
  }

  // Readers see the whole group from here on.
  state_->Publish();
}

void Applier::Do(const EventBatch& batch, Outcome* outcome) {
  joiner_.Apply(batch, &outcome->batch);
}

void Applier::Do(const Settings& settings, Outcome* outcome) {
  // Publish earlier events of the group: an added window must not count them.
  state_->Publish();
  outcome->done = state_->ChangeSettings(settings, state_->now_ms());
}

void Applier::Do(const Removal& removal, Outcome* outcome) {
  // Publish earlier events of the group: they need what is removed here.
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

Applier::Prepared Applier::Prepare(const Group& group,
                                   const std::vector<Outcome*>& outcomes,
                                   size_t most) {
  if (store_ == nullptr) return Prepared::kYes;
  const size_t added = CollectKeys(group);
  if (added > most) return Prepared::kTooMuch;
  // Recent groups predict how many records this one will find in the store.
  expected_ = std::max(found_, expected_ / 8 * 7);
  state_->pair_memory().MakeRoom(added + expected_);
  const size_t here = EraseThoseInMemory();
  store_->Screen(&keys_);
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  // Records found for a group too large stay in memory: a smaller one follows.
  if (added + here > most || !FindStored(group, added, most - added - here)) {
    return Prepared::kTooMuch;
  }
  if (!unreadable_.empty()) {
    std::sort(unreadable_.begin(), unreadable_.end());
    for (size_t i = 0; i < outcomes.size(); ++i) {
      if (const auto* batch = std::get_if<EventBatch>(group.commands[i])) {
        names_.Begin(*batch);
        outcomes[i]->unreadable = names_.EventsOf(unreadable_);
      }
    }
    return Prepared::kUnread;
  }
  return SetCopies(state_, batches_) <= most - added - here - found_
             ? Prepared::kYes
             : Prepared::kTooMuch;
}

// Loads the stored records of keys_, and collects unreadable_ keys. False if
// there are more than `most` records.
bool Applier::FindStored(const Group& group, size_t added, size_t most) {
  PairTable& table = state_->table();
  found_ = 0;
  held_.clear();
  unreadable_.clear();
  for (std::span<const PairKey> rest = keys_; !rest.empty();) {
    records_.clear();
    const size_t unreadable = unreadable_.size();
    rest = rest.subspan(store_->Find(rest, &records_, &unreadable_));
    for (const Record& stored : records_) {
      if (IsSound(*state_, stored)) continue;
      store_->NoteDamaged(stored);
      unreadable_.push_back(stored.key);
    }
    if (unreadable_.size() > unreadable) LeaveOutUnreadable();
    MakeRoomForFound(group, added + records_.size());
    // In reverse order, as each record becomes the head of its chain.
    for (auto stored = records_.rbegin(); stored != records_.rend(); ++stored) {
      table.InsertCopy(*stored);
    }
    found_ += records_.size();
    if (found_ > most) return false;
  }
  return true;
}

// A chain is loaded whole or not at all.
void Applier::LeaveOutUnreadable() {
  std::sort(unreadable_.begin(), unreadable_.end());
  std::erase_if(records_, [this](const Record& stored) {
    return std::binary_search(unreadable_.begin(), unreadable_.end(),
                              stored.key);
  });
}

// Returns an upper bound of the records that the group adds.
size_t Applier::CollectKeys(const Group& group) {
  keys_.clear();
  batches_.clear();
  size_t added = 0;
  for (const Command* command : group.commands) {
    const auto* batch = std::get_if<EventBatch>(command);
    if (batch == nullptr) continue;
    batches_.push_back(batch);
    names_.Begin(*batch);
    names_.AppendKeys(&keys_);
    added += NewRecords(*batch);
  }
  return added;
}

// Makes room for `coming` records. Those of the group stay in memory.
void Applier::MakeRoomForFound(const Group& group, size_t coming) {
  if (!state_->pair_memory().LacksRoomFor(coming)) return;
  if (held_.empty()) {
    std::swap(keys_, held_);
    CollectKeys(group);
    std::swap(keys_, held_);
    std::sort(held_.begin(), held_.end());
  }
  state_->pair_memory().MakeRoom(coming, held_);
}

// Removes keys in memory from keys_. Returns the number of their records.
size_t Applier::EraseThoseInMemory() {
  constexpr size_t kAhead = 32;
  const PairTable& table = state_->table();
  size_t here = 0;
  size_t kept = 0;
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (i + 2 * kAhead < keys_.size()) {
      table.PrefetchIndex(keys_[i + 2 * kAhead]);
    }
    if (i + kAhead < keys_.size()) table.PrefetchRecord(keys_[i + kAhead]);
    uint32_t record = table.Find(keys_[i]);
    if (record == PairTable::kNone) keys_[kept++] = keys_[i];
    for (; record != PairTable::kNone; record = table.at(record).next) ++here;
  }
  keys_.resize(kept);
  return here;
}

void Applier::AwaitTurn(size_t events) const {
  if (store_ == nullptr) return;
  const int64_t dirty =
      state_->gauges().dirty_records.load(std::memory_order_relaxed);
  store_->AwaitTurn(events, static_cast<size_t>(dirty));
}

}  // namespace plumbline
