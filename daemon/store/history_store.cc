#include "daemon/store/history_store.h"

#include <algorithm>
#include <utility>

#include "core/codec/bytes.h"
#include "core/codec/time_range.h"

namespace plumbline {
namespace {

constexpr char kMinute = 0;
constexpr char kHour = 1;
constexpr size_t kKeyBytes = 13;

template <class T>
void PutBigEndian(T value, std::string* bytes) {
  for (int shift = sizeof(T) * 8 - 8; shift >= 0; shift -= 8) {
    *bytes += static_cast<char>(value >> shift);
  }
}

uint64_t GetBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

struct Key {
  uint32_t owner;
  char kind;
  int64_t begin_ms;
};

std::string Encode(const Key& key) {
  std::string bytes;
  PutBigEndian(key.owner, &bytes);
  bytes += key.kind;
  PutBigEndian(static_cast<uint64_t>(key.begin_ms), &bytes);
  return bytes;
}

std::optional<Key> DecodeKey(std::string_view bytes) {
  if (bytes.size() != kKeyBytes) return std::nullopt;
  const Key key = {static_cast<uint32_t>(GetBigEndian(bytes.substr(0, 4))),
                   bytes[4],
                   static_cast<int64_t>(GetBigEndian(bytes.substr(5, 8)))};
  if (!IsTime(key.begin_ms)) return std::nullopt;
  return key;
}

std::string HourOf(const Key& key) {
  return Encode(
      {key.owner, kHour, key.begin_ms / History::kHourMs * History::kHourMs});
}

std::string MinuteOf(uint32_t owner, int64_t now_ms) {
  return Encode(
      {owner, kMinute, now_ms / History::kMinuteMs * History::kMinuteMs});
}

std::string Encode(const StepCounts& step) {
  std::string bytes;
  ByteWriter out(&bytes);
  out.Put(step.observations);
  out.Put(static_cast<uint32_t>(step.cells.size()));
  for (const auto& [key, n] : step.cells) {
    out.Put(key);
    out.Put(n);
  }
  return bytes;
}

std::optional<StepCounts> DecodeStep(std::string_view bytes) {
  ByteReader in(bytes);
  StepCounts step;
  step.observations = in.Get<int64_t>();
  for (auto n = in.Get<uint32_t>(); n > 0 && in.ok(); --n) {
    const auto key = in.Get<uint32_t>();
    if (!StepCounts::IsKey(key)) return std::nullopt;
    step.cells[key] = in.Get<int64_t>();
  }
  if (!in.ok() || !in.AtEnd()) return std::nullopt;
  return step;
}

}  // namespace

void HistoryStore::Take(State* state, uint64_t sequence) {
  auto taken = std::make_shared<Taken>();
  taken->sequence = sequence;
  taken->now_ms = state->now_ms();
  taken->steps = state->TakeHistory();
  for (const Model* model : state->models().Get()) {
    for (const Version* version : model->versions.Get()) {
      taken->owners.insert(version->owner);
    }
  }
  const std::lock_guard lock(mutex_);
  taken_ = std::move(taken);
}

std::optional<HistoryStore::Encoded> HistoryStore::Changes() {
  std::shared_ptr<const Taken> taken;
  {
    const std::lock_guard lock(mutex_);
    taken = taken_;
  }
  const int64_t hours_before = History::HoursBefore(taken->now_ms);
  const int64_t oldest = taken->now_ms - retention_ms_.load();
  std::map<std::string, StepCounts> added;
  for (const auto& [owner, steps] : taken->steps) {
    for (const auto& [begin_ms, step] : steps) {
      if (begin_ms < oldest) continue;
      const Key key = {owner, kMinute, begin_ms};
      added[begin_ms < hours_before ? HourOf(key) : Encode(key)].Add(step);
    }
  }
  Encoded changes;
  sweeping_before_ = hours_before;
  if (hours_before != swept_before_ &&
      !Sweep(*taken, hours_before, oldest, &changes, &added)) {
    return std::nullopt;
  }
  for (const auto& [key, step] : added) {
    std::optional<std::string> kept;
    if (!changes.contains(key) && !ReadKept(key, &kept)) return std::nullopt;
    StepCounts sum = step;
    // A correction of a step that is not kept is dropped.
    if (!kept && sum.observations == 0) continue;
    if (kept) {
      if (const auto before = DecodeStep(*kept)) sum.Add(*before);
    }
    changes[key] = Encode(sum);
  }
  return changes;
}

// False if the read must be retried. A damaged value counts as none: it must
// not block checkpoints.
bool HistoryStore::ReadKept(const std::string& key,
                            std::optional<std::string>* kept) {
  constexpr int kTries = 5;
  switch (database_->ReadHistory(key, kept)) {
    case Database::ReadStatus::kGood:
    case Database::ReadStatus::kDamaged:
      return true;
    case Database::ReadStatus::kNotNow:
      break;
  }
  return database_->is_open() && ++failed_reads_ > kTries;
}

bool HistoryStore::Sweep(const Taken& taken, int64_t hours_before,
                         int64_t oldest, Encoded* changes,
                         std::map<std::string, StepCounts>* added) const {
  return database_->ForEachHistory(
      [&](std::string_view bytes, std::string_view value) {
        const auto key = DecodeKey(bytes);
        if (!key || key->begin_ms < oldest ||
            !taken.owners.contains(key->owner)) {
          (*changes)[std::string(bytes)] = std::nullopt;
          return true;
        }
        const bool ahead = key->begin_ms > taken.now_ms;  // time was set back
        if (ahead || (key->kind == kMinute && key->begin_ms < hours_before)) {
          // An unreadable step is removed with its minute: it must not block
          // checkpoints.
          (*changes)[std::string(bytes)] = std::nullopt;
          if (const auto step = DecodeStep(value)) {
            (*added)[ahead ? MinuteOf(key->owner, taken.now_ms) : HourOf(*key)]
                .Add(*step);
          }
        }
        return true;
      },
      Database::PassGap);
}

void HistoryStore::Stored() {
  failed_reads_ = 0;
  swept_before_ = sweeping_before_;
  const std::lock_guard lock(mutex_);
  taken_ = nullptr;
}

std::optional<Steps> HistoryStore::Read(Pipeline* pipeline, uint32_t owner,
                                        int64_t from_ms, int64_t to_ms) const {
  Steps steps;
  std::shared_ptr<const Taken> taken;
  // Reads one moment: steps of the state, taken steps and stored steps.
  const Database::View view(database_);
  if (!view.good()) return std::nullopt;
  pipeline->Exclusively([&](State* state) {
    if (const Version* version = state->owner(owner).version) {
      steps = version->history.steps();
    }
    const std::lock_guard lock(mutex_);
    taken = taken_;
  });
  if (taken != nullptr && view.sequence() < taken->sequence &&
      taken->steps.contains(owner)) {
    for (const auto& [begin_ms, step] : taken->steps.at(owner)) {
      steps[begin_ms].Add(step);
    }
  }
  for (const char kind : {kMinute, kHour}) {
    const bool good = view.ForEachHistory(
        Encode({owner, kind, std::max<int64_t>(from_ms, 0)}),
        Encode({owner, kind, std::max<int64_t>(to_ms, 0)}),
        [&steps](std::string_view bytes, std::string_view value) {
          const auto key = DecodeKey(bytes);
          const auto step = DecodeStep(value);
          if (!key || !step) return false;
          steps[key->begin_ms].Add(*step);
          return true;
        });
    if (!good) return std::nullopt;
  }
  KeepBetween(from_ms, to_ms, &steps);
  return steps;
}

}  // namespace plumbline
