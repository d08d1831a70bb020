#include "daemon/eventlog/event_log.h"

#include <chrono>
#include <filesystem>
#include <mutex>
#include <sstream>
#include <thread>

#include "daemon/gzip/gzip.h"
#include "tests/support/catch.h"
#include "tests/support/temporary.h"

namespace plumbline {
namespace {

namespace fs = std::filesystem;

struct Folder {
  std::vector<std::string> Lines() const {
    std::vector<std::string> lines;
    for (const auto& entry : fs::directory_iterator(path)) {
      const auto reader = FileReader::Open(entry.path().string());
      std::string text;
      while (reader->Append(&text)) {
      }
      std::istringstream in(text);
      for (std::string line; std::getline(in, line);) lines.push_back(line);
    }
    return lines;
  }
  const TemporaryDirectory root;
  const fs::path path = fs::path(root.path) / "log";
};

EventLogSettings SettingsFor(const Folder& folder) {
  EventLogSettings settings;
  settings.path = folder.path.string();
  return settings;
}

EventBatch OneEvent() {
  EventBatch batch;
  batch.events.emplace_back();
  return batch;
}

SentValues OneSent(size_t bytes = 0) {
  SentValues sent;
  const size_t event = sent.BeginEvent();
  sent.AddText("model", "m");
  sent.AddText("id", "a");
  sent.AddText("timestamp", std::string(bytes, ' '));
  sent.End(event);
  return sent;
}

template <class Condition>
bool WaitFor(Condition condition) {
  for (int i = 0; i < 20'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_CASE("Figures are logged once in a minute") {
  Folder folder;
  std::atomic<int64_t> now_ms{60'000};
  std::atomic<int> asked{0};
  // How often the log has read the time: at its start, and at each flush.
  std::atomic<int> looked{0};
  {
    EventLog log(
        [&] {
          const int64_t now = now_ms;
          ++looked;
          return now;
        },
        [&asked](int64_t at_ms, const auto& write) {
          ++asked;
          write("{\"kind\":\"figures\",\"at\":" + std::to_string(at_ms) +
                "}\n");
        });
    // Waits for a complete flush that begins from now on.
    const auto flushed = [&looked] {
      const int before = looked;
      return WaitFor([&] { return looked >= before + 3; });
    };
    REQUIRE(EventLog::Check(SettingsFor(folder)).empty());
    log.Configure(SettingsFor(folder));
    REQUIRE(flushed());
    CHECK(asked == 0);
    now_ms = 120'500;
    REQUIRE(
        WaitFor([&] { return log.Figures().records[kFigures].second > 0; }));
    REQUIRE(flushed());
    CHECK(asked == 1);
    now_ms = 180'000;
    REQUIRE(
        WaitFor([&] { return log.Figures().records[kFigures].second > 1; }));
  }
  CHECK(folder.Lines() ==
        std::vector<std::string>{"{\"kind\":\"figures\",\"at\":120500}",
                                 "{\"kind\":\"figures\",\"at\":180000}"});
}

TEST_CASE("What finds the queue full is dropped and counted") {
  Folder folder;
  std::mutex held;
  std::atomic<bool> waits{false};
  std::unique_lock lock(held);
  uint64_t dropped = 0;
  constexpr uint64_t kSent = 100;
  {
    // The log's thread asks for the time and is blocked.
    EventLog log(
        [&] {
          waits = true;
          const std::lock_guard wait(held);
          return int64_t{1};
        },
        [](int64_t, const auto&) {});
    REQUIRE(EventLog::Check(SettingsFor(folder)).empty());
    log.Configure(SettingsFor(folder));
    REQUIRE(WaitFor([&] { return waits.load(); }));
    constexpr size_t kBytes = size_t{1} << 20;
    CHECK(log.TakesValues(kBytes));
    const SentValues sent = OneSent(kBytes);
    for (uint64_t i = 0; i < kSent; ++i) {
      auto note = log.Begin(OneEvent(), sent);
      REQUIRE(note != nullptr);
      if (!note->report.counts_only)
        note->report.taken = {{.prediction = true}};
      note->report.prediction_count = 1;
      log.Add(sent, std::move(note));
    }
    // The next request keeps no values: its note only counts.
    CHECK_FALSE(log.TakesValues(kBytes));
    auto note = log.Begin(OneEvent(), SentValues());
    REQUIRE(note != nullptr);
    CHECK(note->report.counts_only);
    note->report.prediction_count = 3;
    note->report.pair_count = 2;
    log.Add(SentValues(), std::move(note));
    dropped = log.Figures().dropped[0].second - 5;
    CHECK(log.Figures().dropped[0].first == "queue_full");
    CHECK(dropped >= kSent - 64);
    CHECK(dropped < kSent - 60);
    lock.unlock();
  }
  // The rest is written before the log is destroyed.
  CHECK(folder.Lines().size() == kSent - dropped);
}

TEST_CASE("Pairs that take more than was set aside are dropped and counted") {
  Folder folder;
  EventLog log([] { return int64_t{1}; }, [](int64_t, const auto&) {});
  log.Configure(SettingsFor(folder));
  size_t before = 0;
  for (int round = 0; round < 3; ++round) {
    auto note = log.Begin(OneEvent(), OneSent());
    REQUIRE(note != nullptr);
    CHECK(note->report.most_bytes > before);
    before = note->report.most_bytes;
    note->report.lost_pairs = 7;
    log.Add(OneSent(), std::move(note));
  }
  CHECK(log.Figures().dropped[0].second == 21);
  // Many requests at once, up to the limit of room.
  EventBatch batch;
  batch.events.resize(10'000);
  SentValues sent;
  for (size_t i = 0; i < batch.events.size(); ++i) sent.End(sent.BeginEvent());
  std::vector<std::unique_ptr<EventLog::Note>> notes;
  size_t noted = 0;
  for (int i = 0; i < 100; ++i) {
    notes.push_back(log.Begin(batch, sent));
    if (!notes.back()->report.counts_only) {
      noted += notes.back()->report.most_bytes;
    }
  }
  CHECK(noted > size_t{64} << 20);
  CHECK(noted <= size_t{128} << 20);
  notes.clear();
  CHECK_FALSE(log.Begin(batch, sent)->report.counts_only);
}

}  // namespace
}  // namespace plumbline
