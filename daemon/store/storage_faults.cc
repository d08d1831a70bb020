#include "daemon/store/storage_faults.h"

#include <string>

#include "daemon/log/log.h"

namespace plumbline {
namespace {

int64_t UnixMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string_view NameOf(StorageOperation operation) {
  return kStorageOperations[static_cast<size_t>(operation)];
}

}  // namespace

void StorageFaults::WriteToLog(const StorageFault& fault, uint64_t times) {
  const LogField operation = {"operation",
                              std::string(NameOf(fault.operation))};
  const LogField file = {"file", fault.file};
  const LogField error = {"error", fault.error};
  const LogField count = {"times", std::to_string(times)};
  const LogField meaning = {"means", fault.meaning};
  if (fault.offset) {
    Log(LogLevel::kError, fault.what,
        {operation,
         file,
         {"offset", std::to_string(*fault.offset)},
         error,
         count,
         meaning});
  } else {
    Log(LogLevel::kError, fault.what, {operation, file, error, count, meaning});
  }
}

void StorageFaults::Add(const StorageFault& fault, Clock::time_point now) {
  uint64_t times = 0;
  {
    const std::lock_guard lock(mutex_);
    ++counts_[static_cast<size_t>(fault.operation)];
    damaged_ = damaged_ || fault.damage;
    Known& known = known_[{fault.operation, fault.what}];
    known.last = fault;
    known.last_ms = UnixMs();
    if (known.times++ == 0) known.first_ms = known.last_ms;
    ++known.untold;
    if (now < known.not_before) return;
    known.not_before = now + kBetween;
    times = std::exchange(known.untold, 0);
  }
  write_(fault, times);
}

void StorageFaults::WriteDue(Clock::time_point now) {
  std::vector<std::pair<StorageFault, uint64_t>> due;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [kind, known] : known_) {
      if (known.untold == 0 || now < known.not_before) continue;
      known.not_before = now + kBetween;
      due.emplace_back(known.last, std::exchange(known.untold, 0));
    }
  }
  for (const auto& [fault, times] : due) write_(fault, times);
}

StorageFigures StorageFaults::Read() const {
  StorageFigures figures;
  const std::lock_guard lock(mutex_);
  figures.errors = counts_;
  figures.damaged = damaged_;
  for (const auto& [kind, known] : known_) {
    figures.faults.push_back({.operation = NameOf(kind.first),
                              .what = known.last.what,
                              .meaning = known.last.meaning,
                              .file = known.last.file,
                              .offset = known.last.offset,
                              .error = known.last.error,
                              .times = known.times,
                              .first_ms = known.first_ms,
                              .last_ms = known.last_ms});
  }
  return figures;
}

std::string StorageFaults::Last(StorageOperation operation) const {
  const std::lock_guard lock(mutex_);
  const Known* last = nullptr;
  for (const auto& [kind, known] : known_) {
    if (kind.first != operation) continue;
    if (last == nullptr || known.last_ms >= last->last_ms) last = &known;
  }
  return last == nullptr ? "" : last->last.what + (": " + last->last.error);
}

}  // namespace plumbline
