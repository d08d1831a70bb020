#include "daemon/store/checkpointer.h"

#include <utility>

#include "core/checkpoint.h"
#include "daemon/store/checkpoint_file.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLook = std::chrono::milliseconds(50);
constexpr auto kRetry = std::chrono::milliseconds(500);

double Since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace

Checkpointer::Checkpointer(std::string directory, Pipeline* pipeline,
                           FileJournal* journal, uint64_t every)
    : directory_(std::move(directory)),
      pipeline_(pipeline),
      journal_(journal),
      every_(every),
      thread_([this] { Run(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

bool Checkpointer::Write() {
  const std::lock_guard lock(writing_);
  const auto begin = Clock::now();
  std::string state;
  uint64_t sequence = 0;
  pipeline_->Exclusively([&](State* current) {
    const auto stand = Clock::now();
    sequence = journal_->next_sequence();
    if (sequence != written_) {
      state = EncodeState(current);
      journal_->Rotate();
      pause_.store(Since(stand));
    }
  });
  if (sequence == written_) return true;
  if (!WriteCheckpoint(directory_, sequence, state)) {
    errors_.fetch_add(1);
    return false;
  }
  written_ = sequence;
  // Only now: until the new one is there, the old one and its journal count.
  DropCheckpointsBefore(directory_, sequence);
  journal_->DropBefore(sequence);
  duration_.store(Since(begin));
  return true;
}

void Checkpointer::Run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    wake_.wait_for(lock, kLook);
    if (stop_ || journal_->bytes() < every_) continue;
    lock.unlock();
    const bool good = Write();
    lock.lock();
    if (!good) wake_.wait_for(lock, kRetry, [this] { return stop_; });
  }
}

}  // namespace plumbline
