// join.memory_bytes holds for events of any shape, by the table's own figures
// and by those of the allocator.

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/store/store.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr int64_t kMiB = int64_t{1} << 20;
constexpr int kClasses = 1000;

size_t Allocated() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Samples the allocated memory continuously.
class Watch {
 public:
  Watch() : before_(Allocated()), thread_([this] { Run(); }) {}
  ~Watch() {
    stop_.store(true);
    thread_.join();
  }
  // The largest growth since the beginning.
  int64_t most() const {
    return static_cast<int64_t>(most_.load()) - static_cast<int64_t>(before_);
  }

 private:
  void Run() {
    while (!stop_.load()) {
      most_.store(std::max(most_.load(), Allocated()));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  const size_t before_;
  std::atomic<size_t> most_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

std::string Class(int n) { return "c" + std::to_string(n % kClasses); }

std::vector<std::string> Classes(int begin, int count) {
  std::vector<std::string> classes;
  for (int i = 0; i < count; ++i) classes.push_back(Class(begin + i));
  return classes;
}

std::vector<std::pair<std::string, double>> Scores() {
  std::vector<std::pair<std::string, double>> scores;
  for (int i = 0; i < kClasses; ++i) scores.emplace_back(Class(i), 0.001);
  return scores;
}

std::string Id(int n) { return "id" + std::to_string(n); }

// Makes the event of the n-th id.
using Shape = std::function<TestEvent(int id)>;

TestEvent Scored(int id) {
  static const auto scores = Scores();
  TestEvent event = Prediction(Id(id), Class(id));
  event.scores = scores;
  return event;
}

TestEvent Sliced(int id) {
  TestEvent event = Prediction(Id(id), Class(id));
  event.segments = {{"day", std::to_string(id % 7)}};
  return event;
}

Shape Labels(int shift) {
  return [shift](int id) { return Label(Id(id), Class(id + shift)); };
}

Shape Set(int count, std::string version = "1") {
  return [count, version](int id) {
    return Prediction(Id(id), Classes(id, count), version);
  };
}

Shape SetLabels(int count, int shift = 0) {
  return [count, shift](int id) {
    return Label(Id(id), Classes(id + shift, count));
  };
}

// Shapes that are posted in turn, over the same ids.
struct Way {
  const char* name;
  int ids;
  int per_request;
  std::vector<Shape> shapes;
};

// Smaller under AddressSanitizer, which has its own allocator and finds other
// faults.
#ifdef __SANITIZE_ADDRESS__
constexpr int kShare = 8;
#else
constexpr int kShare = 1;
#endif

std::vector<Way> Ways() {
  std::vector<Way> ways = {
      {"plain", 300'000, 10'000, {Sliced, Labels(0), Labels(1)}},
      {"scored", 4000, 200, {Scored, Labels(0), Labels(1)}},
      {"scored, many at once", 4000, 600, {Scored, Labels(0), Labels(1)}},
      {"sets", 8000, 500, {Set(500), SetLabels(400), SetLabels(400, 1)}},
      {"early sets", 8000, 500, {SetLabels(800), Set(700)}},
      {"early labels", 300'000, 10'000, {Labels(0), Labels(1), Sliced}},
  };
  Way versions{"a set for each version", 500, 500, {}};
  for (int v = 0; v < 20; ++v) {
    versions.shapes.push_back(Set(3, std::to_string(v)));
  }
  versions.shapes.push_back(SetLabels(1000));
  versions.shapes.push_back(SetLabels(999, 1));
  ways.push_back(std::move(versions));
  Way past{"past labels", 5000, 5000, {Sliced}};
  for (int i = 0; i < 70; ++i) past.shapes.push_back(Labels(i));
  ways.push_back(std::move(past));
  for (Way& way : ways) {
    way.ids = std::max(way.ids / kShare, way.per_request);
  }
  return ways;
}

// A daemon without its sockets.
struct Stored {
  Stored(const std::string& path, int64_t memory_bytes) {
    store = Store::Open({.path = path,
                         .memory_bytes = memory_bytes,
                         .remembered_bytes = int64_t{4} << 30,
                         .retention_ms = Engine::kDay,
                         .checkpoint_bytes = uint64_t{128} << 20},
                        std::pmr::new_delete_resource(), &error);
    REQUIRE(store != nullptr);
    REQUIRE(store->Recover(&pipeline, &error));
    Settings settings;
    settings.remembered_bytes = int64_t{4} << 30;
    settings.defaults.windows = {TimeWindow("1h", Engine::kHour, 2)};
    settings.defaults.slices = {{"day"}};
    Commit(Command{settings});
  }

  BatchOutcome Commit(const Command& command) {
    // Retries like a client after a 503.
    for (int n = 0; n < 1000; ++n) {
      Outcome outcome;
      const auto status = pipeline.Commit(command, now_ms, &outcome);
      if (status == Pipeline::Status::kApplied) return outcome.batch;
      REQUIRE(status == Pipeline::Status::kStoreFailed);
    }
    FAIL("it never has room");
    return {};
  }
  // Returns the number of accepted events.
  uint64_t Post(const Shape& shape, int begin, int end) {
    std::vector<TestEvent> events;
    for (int id = begin; id < end; ++id) events.push_back(shape(id));
    const Command command{Batch(events)};
    std::vector<TestEvent>().swap(events);
    const BatchOutcome outcome = Commit(command);
    CHECK(outcome.errors.empty());
    pair_bytes = std::max(pair_bytes, gauge());
    return outcome.accepted;
  }
  int64_t gauge() const { return pipeline.state().gauges().pair_bytes.load(); }

  int64_t now_ms = 1'700'000'000'000;
  std::string error;
  Pipeline pipeline{nullptr, std::pmr::new_delete_resource()};
  std::unique_ptr<Store> store;
  int64_t pair_bytes = 0;  // the maximum so far
};

}  // namespace

TEST_CASE("the memory of pairs keeps its limit whatever events say") {
  const Way way = GENERATE(from_range(Ways()));
  INFO(way.name);
  constexpr int64_t kMemory = 64 * kMiB;
  const TemporaryDirectory directory;
  Stored stored(directory.path, kMemory);
  for (const Shape& shape : way.shapes) stored.Post(shape, 0, 20);
  const Watch watch;
  uint64_t accepted = 0;
  for (const Shape& shape : way.shapes) {
    for (int id = 20; id < way.ids; id += way.per_request) {
      accepted +=
          stored.Post(shape, id, std::min(id + way.per_request, way.ids));
    }
  }
  INFO("pairs " << stored.pair_bytes / kMiB << " MiB, allocated "
                << watch.most() / kMiB << " MiB, " << accepted << " accepted");
  CHECK(stored.pair_bytes <= kMemory);
  // The database has buffers, and the test its requests.
  CHECK(watch.most() <= kMemory + 48 * kMiB);
  CHECK(stored.store->faults().Last(StorageOperation::kCheckpoint).empty());
}

TEST_CASE("what one request brings beyond the limit leaves memory by itself") {
  constexpr int64_t kMemory = kMiB;
  const TemporaryDirectory directory;
  Stored stored(directory.path, kMemory);
  CHECK(stored.Post(Sliced, 0, 10'000) == 10'000);
  CHECK(stored.Post(Labels(0), 0, 10'000) == 10'000);
  CHECK(stored.pair_bytes > kMemory);
  // No more events arrive.
  for (int n = 0; n < 3000 && stored.gauge() > kMemory; ++n) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(stored.gauge() <= kMemory);
  const uint64_t again = stored.Post(Labels(0), 0, 10'000);
  CHECK(again == 0);  // all are known
}

TEST_CASE("without a store the bound of what is remembered is one of memory") {
  const bool evict = GENERATE(false, true);
  const Way way = GENERATE(from_range(Ways()));
  INFO(way.name << (evict ? ", evict" : ", reject"));
  constexpr int64_t kMemory = 32 * kMiB;
  Pipeline pipeline(nullptr, std::pmr::new_delete_resource());
  Settings settings;
  settings.remembered_bytes = kMemory;
  settings.evict_oldest = evict;
  settings.defaults.windows = {TimeWindow("1h", Engine::kHour, 2)};
  int64_t now_ms = 1'700'000'000'000;
  int64_t most = 0;
  const auto commit = [&](const Command& command) {
    Outcome outcome;
    REQUIRE(pipeline.Commit(command, ++now_ms, &outcome) ==
            Pipeline::Status::kApplied);
    most = std::max(most, pipeline.state().gauges().pair_bytes.load());
  };
  const auto post = [&](int begin, int end) {
    for (const Shape& shape : way.shapes) {
      std::vector<TestEvent> events;
      for (int id = begin; id < end; ++id) events.push_back(shape(id));
      commit(Command{Batch(events)});
    }
  };
  commit(Command{settings});
  post(0, 20);
  const Watch watch;
  for (int id = 20; id < way.ids; id += way.per_request / 4) {
    post(id, std::min(id + way.per_request / 4, way.ids));
  }
  CHECK(pipeline.state().gauges().remembered_bytes.load() <= kMemory);
  CHECK(most <= kMemory);
  CHECK(watch.most() <= kMemory + 48 * kMiB);
  // After everything has expired, the memory is freed without new events.
  now_ms += 8 * Engine::kDay;
  for (int n = 0; n < 20; ++n) commit(Command{Tick{}});
  CHECK(pipeline.state().gauges().pair_bytes.load() < kMiB);
}
