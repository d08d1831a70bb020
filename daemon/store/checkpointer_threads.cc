// The threads of the Checkpointer: when a checkpoint is due, and slow work.

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "daemon/store/checkpointer.h"
#include "daemon/store/layout.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(20);
constexpr auto kLongestRetry = std::chrono::seconds(3);
// A checkpoint is due after this time if anything was committed, so that
// forgotten data can be removed.
constexpr auto kLongest = std::chrono::minutes(5);
// The same while memory exceeds its limit.
constexpr auto kOverMemory = std::chrono::seconds(1);

}  // namespace

bool Checkpointer::IsDue() const {
  const State::Gauges& gauges = parts_.pipeline->state().gauges();
  return short_of_space_ || parts_.journal->bytes() >= due_.journal_bytes ||
         gauges.dirty_records.load(std::memory_order_relaxed) >=
             due_.dirty_records ||
         (gauges.is_over_memory.load(std::memory_order_relaxed) &&
          Clock::now() - last_ >= kOverMemory) ||
         Clock::now() - last_ >= kLongest;
}

void Checkpointer::Run() {
  pthread_setname_np(pthread_self(), "checkpoint");
  std::unique_lock lock(mutex_);
  while (!stop_) {
    wake_.wait_for(lock, kLook, [this] { return stop_.load(); });
    if (stop_) return;
    lock.unlock();
    if (parts_.journal->IsThere()) {
      const std::lock_guard writing(writing_);
      TendIfDue();
      KeepRoom();
      WriteIfDue();
    }
    lock.lock();
  }
}

void Checkpointer::TendIfDue() {
  if (Clock::now() < tend_not_before_) return;
  const Database::Tended tended = parts_.database->Tend();
  if (tended == Database::Tended::kMended) {
    retry_ = kRetry;
    write_not_before_ = Clock::now();
  } else if (tended == Database::Tended::kFailed) {
    tend_not_before_ = Clock::now() + kRetry;
  }
}

void Checkpointer::WriteIfDue() {
  if (Clock::now() < write_not_before_ || !(pending_ || IsDue())) return;
  if (WriteLocked()) {
    retry_ = kRetry;
  } else {
    retry_ = std::min<std::chrono::milliseconds>(2 * retry_, kLongestRetry);
    write_not_before_ = Clock::now() + retry_;
  }
}

// Runs slow work that nobody waits for.
void Checkpointer::KeepHouse() {
  pthread_setname_np(pthread_self(), "housekeeping");
  constexpr int kNice = 5;
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  constexpr int kTries = 5;  // before unreadable ranges are passed over
  for (int tries = 1; !stop_.load() && !FillFilter(tries >= kTries); ++tries) {
    std::this_thread::sleep_for(kRetry * std::min(tries, kTries));
  }
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stop_.load() || reclaim_; });
    if (stop_.load()) return;
    reclaim_ = false;
    lock.unlock();
    parts_.database->Compact(&stop_);
    compacted_bytes_.store(parts_.database->pair_bytes());
    lock.lock();
  }
}

// Adds the keys stored before this start. Marks damaged ranges as unknown, and
// with `passes_all` also ranges that cannot be read now.
bool Checkpointer::FillFilter(bool passes_all) {
  std::vector<Gap> gaps;
  const bool whole = parts_.database->ForEachKey(
      [this](const PairKey& key) {
        parts_.filter->Add(key);
        return !stop_.load(std::memory_order_relaxed) &&
               !parts_.database->broken();
      },
      [&gaps, passes_all](const Gap& gap) {
        gaps.push_back(gap);
        return gap.damaged || passes_all;
      });
  if (!whole) return false;
  for (const Gap& gap : gaps) {
    parts_.filter->AddUnknown(DecodeKey(gap.from.data()),
                              DecodeKey(gap.to.data()));
  }
  parts_.filter->Complete();
  return true;
}

}  // namespace plumbline
