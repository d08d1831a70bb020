#include "daemon/store/checkpointer.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "daemon/store/files.h"

namespace plumbline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kPairsAtOnce = 8192;
constexpr double kModelsAtOnce = 0.001;      // seconds
constexpr uint64_t kStoredRecordBytes = 64;  // about, with the key
constexpr uint64_t kWorthReclaiming = uint64_t{4} << 20;

double Since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

KeyFilter::Ages FirstAges(State& state) {
  return {state.prediction_ages().first(), state.label_ages().first()};
}

KeyFilter::Ages NextAges(State& state) {
  return {state.prediction_ages().next(), state.label_ages().next()};
}

uint64_t BytesOf(const StateImage& image) {
  uint64_t bytes = image.head.size();
  for (const auto& [number, model] : image.models) bytes += model.size();
  return bytes;
}

}  // namespace

Checkpointer::Checkpointer(const Parts& parts, const Due& due,
                           const Database::Stored& stored)
    : parts_(parts),
      due_(due),
      written_(stored.sequence),
      models_(ModelsOf(stored.image.head)),
      image_bytes_(BytesOf(stored.image)),
      last_(Clock::now()),
      thread_([this] { Run(); }),
      housekeeper_([this] { KeepHouse(); }) {}

void Checkpointer::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_.store(true);
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  if (housekeeper_.joinable()) housekeeper_.join();
}

bool Checkpointer::Write() {
  const std::lock_guard lock(writing_);
  return WriteLocked();
}

bool Checkpointer::WriteLocked() {
  const auto begin = Clock::now();
  // Another store may be at the path now.
  if (!parts_.journal->IsThere()) return false;
  if (!pending_) {
    longest_ = 0;
    CopyInSteps([](State* state) { return state->dirty_models().CopyAhead(); });
    if (!Begin()) {
      LeaveMemory();
      return true;
    }
    CopyModels();
    CopyPairs();
    pause_.store(longest_);
  }
  const bool stored = Store();
  failing_.store(!stored, std::memory_order_relaxed);
  if (!stored) {
    parts_.pacer->Fail();
    return false;
  }
  Finish();
  duration_.store(Since(begin));
  return true;
}

// Calls `copy` between groups, for some time between any two, until it returns
// false.
void Checkpointer::CopyInSteps(const std::function<bool(State*)>& copy) {
  parts_.pipeline->Between([&](State* state) {
    const auto begin = Clock::now();
    bool any = true;
    while (any && Since(begin) < kModelsAtOnce) any = copy(state);
    longest_ = std::max(longest_, Since(begin));
    return !any;
  });
}

void Checkpointer::CopyModels() {
  ModelCopies copies;
  CopyInSteps([&copies](State* state) {
    if (state->dirty_models().CopyNext()) return true;
    copies = state->dirty_models().Take();
    return false;
  });
  pending_->image.models = std::move(copies).Join();
  image_bytes_ = BytesOf(pending_->image);
}

// Copies the state at one moment. False if nothing was committed since the last
// checkpoint.
bool Checkpointer::Begin() {
  bool any = false;
  const double pause = Pause([&](State* state) {
    const uint64_t sequence = parts_.journal->next_sequence();
    any = sequence != written_;
    if (!any) return;
    tried_ = false;
    DatabaseUpdate& update = pending_.emplace();
    update.sequence = sequence;
    update.journal_checked = parts_.journal->checked();
    update.image.head = SaveHead(state);
    state->dirty_models().Begin();
    state->dirty_pairs().Begin();
    parts_.history->Take(state, sequence);
    remembered_ = std::make_shared<const Remembered>(state->RememberedNow());
    first_ = FirstAges(*state);
    next_ = NextAges(*state);
    records_ = state->records();
    parts_.journal->Rotate();
    parts_.pacer->Begin(state->dirty_pairs().waiting(), Clock::now());
  });
  if (!any) {
    last_ = Clock::now();
    return false;
  }
  longest_ = std::max(longest_, pause);
  const std::vector<uint32_t> models = ModelsOf(pending_->image.head);
  for (const uint32_t number : models_) {
    if (std::find(models.begin(), models.end(), number) == models.end()) {
      pending_->removed_models.push_back(number);
    }
  }
  models_ = models;
  return true;
}

void Checkpointer::CopyPairs() {
  parts_.pipeline->Between([this](State* state) {
    const auto begin = Clock::now();
    const bool done = state->dirty_pairs().CopySome(kPairsAtOnce);
    if (done) pending_->pairs = state->dirty_pairs().Take();
    longest_ = std::max(longest_, Since(begin));
    return done;
  });
  // Pairs must be in the filter before they leave memory.
  parts_.filter->TurnIfDue(first_, next_);
  const std::vector<Record>& pairs = pending_->pairs;
  constexpr size_t kAhead = 16;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (i + kAhead < pairs.size()) {
      parts_.filter->Prefetch(pairs[i + kAhead].key);
    }
    if (i == 0 || pairs[i].key != pairs[i - 1].key) {
      parts_.filter->Add(pairs[i].key);
    }
  }
}

bool Checkpointer::Store() {
  std::optional<uint64_t> stored = written_;
  // An update that failed may be stored nevertheless.
  if (tried_) stored = parts_.database->sequence();
  if (stored == pending_->sequence) return true;
  auto history = stored ? parts_.history->Changes() : std::nullopt;
  if (!history) {
    parts_.on_fault({.operation = StorageOperation::kCheckpoint,
                     .what = "what a checkpoint adds to cannot be read",
                     .meaning = "it is tried again, and the journal kept",
                     .error = stored ? "the history" : "the last checkpoint"});
    return false;
  }
  tried_ = true;
  pending_->history = *std::move(history);
  return parts_.database->Write(*pending_);
}

void Checkpointer::Finish() {
  written_ = pending_->sequence;
  std::vector<Record> copy = std::move(pending_->pairs);
  pending_.reset();
  parts_.history->Stored();
  parts_.database->SetRemembered(std::move(remembered_), records_);
  Pause([&copy](State* state) { state->dirty_pairs().Saved(std::move(copy)); });
  LeaveMemory();
  // Only now: the previous checkpoint needs its journal until this one is
  // stored.
  parts_.journal->DropBefore(written_);
  last_ = Clock::now();
  parts_.pacer->End(last_);
  if (!ManyForgotten()) return;
  const std::lock_guard lock(mutex_);
  reclaim_ = true;
  wake_.notify_all();
}

// Evicts the excess records of a single group once they are saved, even if no
// other group follows.
void Checkpointer::LeaveMemory() {
  if (!parts_.pipeline->state().gauges().is_over_memory.load(
          std::memory_order_relaxed)) {
    return;
  }
  pause_.store(std::max(pause_.load(), Pause([](State* state) {
                          state->pair_memory().Leave();
                        })));
}

// New files trigger compactions, which remove forgotten pairs. Without new
// files a compaction must be requested.
bool Checkpointer::ManyForgotten() const {
  return parts_.database->pair_bytes() >
         kWorthReclaiming + std::max(3 * kStoredRecordBytes * records_,
                                     2 * compacted_bytes_.load());
}

// Makes the journal leave room for the next checkpoint and its overhead. If
// there is none, a checkpoint frees some.
void Checkpointer::KeepRoom() {
  const auto dirty = static_cast<uint64_t>(
      parts_.pipeline->state().gauges().dirty_records.load(
          std::memory_order_relaxed));
  const uint64_t pending = pending_ ? pending_->pairs.size() : 0;
  const uint64_t keep =
      ((dirty + pending) * kStoredRecordBytes + image_bytes_) * 3 / 2 +
      parts_.database->room_to_merge();
  parts_.journal->KeepFree(keep);
  // Starts early, at twice the need.
  parts_.database->MakeSpaceFor(2 * keep);
  short_of_space_ = !parts_.database->MakeSpaceFor(keep);
}

// Returns how long the writer was stopped.
double Checkpointer::Pause(const std::function<void(State*)>& visit) {
  double pause = 0;
  parts_.pipeline->Exclusively([&](State* state) {
    const auto begin = Clock::now();
    visit(state);
    pause = Since(begin);
  });
  return pause;
}

bool Checkpointer::WriteSnapshot(const std::string& store,
                                 const std::string& directory) {
  const std::lock_guard lock(writing_);
  // A pending checkpoint is of an earlier moment.
  if (pending_ && !WriteLocked()) return false;
  if (!WriteLocked()) return false;
  return CopyStore(store, directory);
}

bool Checkpointer::CopyStore(const std::string& store,
                             const std::string& directory) {
  // The final name marks a complete copy.
  const std::string temporary = directory + ".tmp";
  std::error_code failed;
  std::filesystem::remove_all(temporary, failed);
  std::filesystem::create_directories(temporary, failed);
  // CopyTo() reports its own faults.
  if (!failed && !parts_.database->CopyTo(temporary)) {
    std::filesystem::remove_all(temporary, failed);
    return false;
  }
  std::ifstream identity(store + "/PLUMBLINE", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(identity), {}};
  if (!failed && WriteFileWhole(temporary + "/PLUMBLINE", {bytes}, true) !=
                     Written::kYes) {
    failed = std::error_code(errno, std::generic_category());
  }
  if (!failed && !parts_.journal->BeginCopy(temporary, written_)) {
    failed = std::error_code(errno, std::generic_category());
  }
  if (!failed) std::filesystem::rename(temporary, directory, failed);
  if (!failed && !(SyncDirectory(directory.substr(0, directory.rfind('/'))) &&
                   SyncDirectory(store))) {
    failed = std::error_code(errno, std::generic_category());
  }
  if (!failed) return true;
  parts_.on_fault({.operation = StorageOperation::kCheckpoint,
                   .what = "a copy of the store could not be made",
                   .meaning = "the request for it is answered 503",
                   .file = directory,
                   .error = failed.message()});
  std::filesystem::remove_all(temporary, failed);
  return false;
}

}  // namespace plumbline
