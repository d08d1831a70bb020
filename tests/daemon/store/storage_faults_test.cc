#include "daemon/store/storage_faults.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"

using namespace plumbline;  // NOLINT: a test

namespace {

using Clock = StorageFaults::Clock;
using std::chrono::seconds;

StorageFault Fault(StorageOperation operation, const char* what,
                   std::string error = "EIO", bool damage = false) {
  return {.operation = operation,
          .what = what,
          .meaning = "ingest answers 503",
          .file = "data/journal-1",
          .offset = 32,
          .error = std::move(error),
          .damage = damage};
}

struct Log {
  std::vector<std::pair<std::string, uint64_t>> lines;
  StorageFaults faults{[this](const StorageFault& fault, uint64_t times) {
    lines.emplace_back(fault.what + (" " + fault.error), times);
  }};
};

}  // namespace

TEST_CASE("each kind of fault is told at once, and then once a minute") {
  Log log;
  const auto begin = Clock::now();
  for (int i = 0; i < 40; ++i) {
    log.faults.Add(
        Fault(StorageOperation::kAppend, "write", "E" + std::to_string(i)),
        begin + seconds(i));
  }
  log.faults.Add(Fault(StorageOperation::kCheckpoint, "write"), begin);
  using Lines = std::vector<std::pair<std::string, uint64_t>>;
  CHECK(log.lines == Lines{{"write E0", 1}, {"write EIO", 1}});
  log.faults.WriteDue(begin + seconds(59));
  CHECK(log.lines.size() == 2);
  // Faults since then are logged together, with the last one.
  log.faults.WriteDue(begin + seconds(60));
  REQUIRE(log.lines.size() == 3);
  CHECK(log.lines[2] == Lines::value_type{"write E39", 39});
  log.faults.WriteDue(begin + seconds(200));
  CHECK(log.lines.size() == 3);
  log.faults.Add(Fault(StorageOperation::kAppend, "write"),
                 begin + seconds(200));
  CHECK(log.lines.size() == 4);
}

TEST_CASE("what waits for its minute is told at the end") {
  Log log;
  const auto now = Clock::now();
  log.faults.Add(Fault(StorageOperation::kRead, "read"), now);
  log.faults.Add(Fault(StorageOperation::kRead, "read"), now);
  log.faults.WriteAll();
  CHECK(log.lines.size() == 2);
}

TEST_CASE("faults are counted by operation, and damage stays") {
  Log log;
  StorageFigures figures = log.faults.Read();
  CHECK(figures.errors == std::array<uint64_t, 3>{0, 0, 0});
  CHECK_FALSE(figures.damaged);
  CHECK(log.faults.Last(StorageOperation::kAppend).empty());
  log.faults.Add(Fault(StorageOperation::kAppend, "write"));
  log.faults.Add(Fault(StorageOperation::kAppend, "sync"));
  log.faults.Add(Fault(StorageOperation::kRead, "read", "checksum", true));
  log.faults.Add(Fault(StorageOperation::kRead, "read", "EIO"));
  figures = log.faults.Read();
  CHECK(figures.errors == std::array<uint64_t, 3>{2, 0, 2});
  CHECK(figures.damaged);
  REQUIRE(figures.faults.size() == 3);
  CHECK(figures.faults[2].operation == "read");
  CHECK(figures.faults[2].times == 2);
  CHECK(figures.faults[2].offset == 32);
  CHECK(figures.faults[2].error == "EIO");
  CHECK(log.faults.Last(StorageOperation::kRead) == "read: EIO");
}
