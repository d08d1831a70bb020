// Checkpoints of a working pipeline, with the real parts.

#include "daemon/store/checkpointer.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "daemon/store/recovery.h"
#include "daemon/store/stored_pairs.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr int64_t kNowMs = 1'700'000'000'000;

// A daemon without its sockets.
class Store {
 public:
  explicit Store(const std::string& path, int64_t dirty_due = 500,
                 size_t in_memory = 1000) {
    database_ = Database::Open(path, 1 << 20, &error);
    REQUIRE(database_ != nullptr);
    database_->SetOnFault(Tell());
    pairs_ = std::make_unique<StoredPairs>(database_.get(), &filter_, &pacer_);
    history_ = std::make_unique<HistoryStore>(database_.get(), Engine::kDay);
    pipeline.UseStore(pairs_.get(), in_memory, 100'000);
    const auto stored = RestoreCheckpoint(*database_, &pipeline, &error);
    REQUIRE(stored);
    journal_ = FileJournal::Open({.directory = path,
                                  .from = stored->sequence,
                                  .checked = stored->journal_checked},
                                 Replayer(&pipeline, &error), &error);
    REQUIRE(journal_ != nullptr);
    pipeline.SetJournal(journal_.get());
    checkpointer = std::make_unique<Checkpointer>(
        Checkpointer::Parts{&pipeline, journal_.get(), database_.get(),
                            &filter_, history_.get(), &pacer_, Tell()},
        Checkpointer::Due{uint64_t{64} << 10, dirty_due}, *stored);
  }

  BatchOutcome Post(const std::vector<TestEvent>& events) {
    const Command command{Batch(events)};
    Outcome outcome;
    REQUIRE(pipeline.Commit(command, kNowMs, &outcome) ==
            Pipeline::Status::kApplied);
    return outcome.batch;
  }
  size_t in_memory() {
    size_t records = 0;
    pipeline.Exclusively(
        [&](State* state) { records = state->table().size(); });
    return records;
  }

  // True if the filter has all stored pairs.
  bool filled() {
    const auto turned = [this] {
      return !filter_.MayHold({0x1234567812345678, 5});
    };
    for (int i = 0; i < 10'000 && !turned(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return turned();
  }

  std::string error;
  std::mutex mutex;
  std::vector<StorageFault> faults;  // guarded by mutex
  Pipeline pipeline{nullptr};

 private:
  OnFault Tell() {
    return [this](const StorageFault& fault) {
      const std::lock_guard lock(mutex);
      faults.push_back(fault);
    };
  }

  KeyFilter filter_{1 << 16};
  Pacer pacer_{100'000};
  std::unique_ptr<Database> database_;
  std::unique_ptr<StoredPairs> pairs_;
  std::unique_ptr<HistoryStore> history_;
  std::unique_ptr<FileJournal> journal_;

 public:
  std::unique_ptr<Checkpointer> checkpointer;
};

std::vector<TestEvent> Events(int thread, int begin, bool labels) {
  std::vector<TestEvent> events;
  for (int i = begin; i < begin + 100; ++i) {
    const std::string id = std::to_string(thread) + "-" + std::to_string(i);
    events.push_back(labels ? Label(id, "UP") : Prediction(id, "UP"));
  }
  return events;
}

}  // namespace

TEST_CASE("threads commit while checkpoints are written, and nothing is lost") {
  const TemporaryDirectory directory;
  constexpr int kThreads = 3;
  constexpr int kEach = 4000;
  {
    Store store(directory.path);
    std::vector<std::thread> threads;
    std::atomic<uint64_t> refused{0};
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&store, &refused, t] {
        // Labels come after most of their pairs have left memory.
        for (const bool labels : {false, true}) {
          for (int i = 0; i < kEach; i += 100) {
            const Command command{Batch(Events(t, i, labels))};
            Outcome outcome;
            while (store.pipeline.Commit(command, kNowMs, &outcome) !=
                   Pipeline::Status::kApplied) {
              ++refused;
            }
            if (outcome.batch.accepted != 100) ++refused;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(refused == 0);
    REQUIRE(store.checkpointer->Write());
    store.Post({Prediction("one more", "UP")});
    for (int i = 0; i < 20; ++i) store.Post({Prediction("one more", "UP")});
    CHECK(store.in_memory() < 2000);
    CHECK(store.faults.empty());
    CHECK(store.checkpointer->duration() > 0);
    const auto model = SnapshotOf(store.pipeline.state(), "m", kNowMs);
    REQUIRE(model);
    CHECK(model->versions.at(0).counts[kObservations] == kThreads * kEach);
    CHECK(model->counts[kPendingLabels] == 0);
  }
  Store again(directory.path);
  const auto model = SnapshotOf(again.pipeline.state(), "m", kNowMs);
  REQUIRE(model);
  CHECK(model->versions.at(0).counts[kObservations] == kThreads * kEach);
  CHECK(model->versions.at(0).counts[kPendingPredictions] == 1);
  for (int i = 0; i < kEach; i += 100) {
    REQUIRE(again.Post(Events(1, i, true)).duplicates == 100);
  }
}

TEST_CASE("without anything new no checkpoint is written") {
  const TemporaryDirectory directory;
  Store store(directory.path);
  CHECK(store.checkpointer->Write());
  CHECK(store.checkpointer->duration() == 0);
  store.Post({Prediction("a", "UP")});
  CHECK(store.checkpointer->Write());
  CHECK(store.checkpointer->duration() > 0);
}

TEST_CASE("a checkpoint is due by what has changed, and by the journal") {
  const TemporaryDirectory directory;
  Store store(directory.path, 50);
  store.Post(Events(0, 0, false));
  for (int i = 0; i < 10'000 && store.checkpointer->duration() == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(store.checkpointer->duration() > 0);
}

TEST_CASE("new ids need no damaged table once the filter is filled") {
  const TemporaryDirectory directory;
  {
    Store store(directory.path);
    for (int i = 0; i < 2000; i += 100) store.Post(Events(0, i, false));
    REQUIRE(store.checkpointer->Write());
  }
  std::string table;
  uintmax_t size = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory.path + "/db")) {
    if (entry.path().extension() == ".sst" && entry.file_size() > size) {
      size = entry.file_size();
      table = entry.path().string();
    }
  }
  {
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(size / 2));
    file << "damage";
  }
  Store store(directory.path);
  REQUIRE(store.filled());
  for (int i = 0; i < 2000; i += 100) {
    REQUIRE(store.Post(Events(1, i, false)).accepted == 100);
  }
  int refused = 0;
  for (int i = 0; i < 2000; ++i) {
    const Command command{Batch({Label("0-" + std::to_string(i), "UP")})};
    Outcome outcome;
    const auto status = store.pipeline.Commit(command, kNowMs, &outcome);
    refused += status == Pipeline::Status::kStoreUnread;
    if (status == Pipeline::Status::kApplied) {
      REQUIRE(outcome.batch.accepted == 1);
    }
  }
  CHECK(refused > 0);
  CHECK(refused < 200);
  CHECK(store.checkpointer->Write());
  const std::lock_guard lock(store.mutex);
  REQUIRE_FALSE(store.faults.empty());
  for (const StorageFault& fault : store.faults) {
    REQUIRE(fault.operation == StorageOperation::kRead);
    REQUIRE(fault.damage);
    REQUIRE(fault.file == table);
  }
}
