// The journal in files: recovery after any end, and refusals.

#include "daemon/store/file_journal.h"

#include <string>
#include <vector>

#include "daemon/store/recovery.h"
#include "daemon/store/segment.h"
#include "tests/support/catch.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/opened_journal.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

Opened Open(const TemporaryDirectory& directory, uint64_t from = 1,
            Durability durability = Durability::kProcess) {
  Opened opened;
  opened.journal = FileJournal::Open(
      {.directory = directory.path, .durability = durability, .from = from},
      [&opened](uint64_t, std::string_view record) {
        opened.records.emplace_back(record);
        return true;
      },
      &opened.error);
  return opened;
}

Records Fill(const TemporaryDirectory& directory, int count) {
  const Opened opened = Open(directory);
  Records records = opened.records;
  for (int i = 0; i < count; ++i) {
    const std::string record(static_cast<size_t>(1 + i * 37 % 200),
                             static_cast<char>('a' + i % 26));
    REQUIRE(opened.journal->Append(record) == Appended::kStored);
    records.push_back(record);
  }
  return records;
}

std::string TheSegment(const TemporaryDirectory& directory) {
  const auto segments = ListSegments(directory.path);
  REQUIRE(segments);
  REQUIRE(segments->size() == 1);
  return SegmentName(segments->at(0));
}

}  // namespace

TEST_CASE("records are given back in order, over several starts") {
  const TemporaryDirectory directory;
  Records records = Fill(directory, 10);
  records = Fill(directory, 10);
  const Opened opened = Open(directory);
  CHECK(opened.records == records);
  CHECK(opened.records.size() == 20);
  CHECK(opened.journal->next_sequence() == 21);
}

TEST_CASE("records before a checkpoint are not given back") {
  const TemporaryDirectory directory;
  const Records records = Fill(directory, 10);
  CHECK(Open(directory, 8).records ==
        Records(records.begin() + 7, records.end()));
}

TEST_CASE("a record cut at any byte is a torn tail, and what is before stays") {
  const TemporaryDirectory source;
  const Records records = Fill(source, 3);
  const std::string name = TheSegment(source);
  const std::string whole = source.Read(name);
  const size_t last = whole.size() - kRecordHeaderBytes - records[2].size() - 1;
  for (size_t size = 0; size < whole.size(); ++size) {
    const TemporaryDirectory directory;
    directory.Write(name, whole.substr(0, size));
    {
      const Opened opened = Open(directory);
      REQUIRE(opened.journal != nullptr);
      if (size >= last) {
        REQUIRE(opened.records ==
                Records(records.begin(), records.begin() + 2));
      }
      REQUIRE(opened.journal->Append("after") == Appended::kStored);
    }
    const Opened again = Open(directory);
    REQUIRE(again.journal != nullptr);
    REQUIRE(again.records.back() == "after");
    if (size >= last) REQUIRE(again.records.size() == 3);
  }
}

TEST_CASE("a tail of zeros that was never written is torn") {
  const TemporaryDirectory directory;
  const Records records = Fill(directory, 3);
  const std::string name = TheSegment(directory);
  directory.Write(name, directory.Read(name) + std::string(5000, '\0'));
  const Opened opened = Open(directory);
  CHECK(opened.records == records);
}

TEST_CASE("a bit that is flipped anywhere is reported with its place") {
  const TemporaryDirectory source;
  Fill(source, 3);
  const std::string name = TheSegment(source);
  const std::string whole = source.Read(name);
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int bit : {0, 3, 7}) {
      std::string damaged = whole;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const TemporaryDirectory directory;
      directory.Write(name, damaged);
      const Opened opened = Open(directory);
      REQUIRE(opened.journal == nullptr);
      REQUIRE(opened.error.find(name) != std::string::npos);
      REQUIRE(directory.Read(name) == damaged);  // nothing was touched
    }
  }
}

TEST_CASE("a segment that is missing, or of another format, is refused") {
  const TemporaryDirectory directory;
  const Records records = Fill(directory, 3);
  const std::string name = TheSegment(directory);
  std::filesystem::rename(directory.path + "/" + name,
                          directory.path + "/" + SegmentName(2));
  CHECK(Open(directory).journal == nullptr);
  std::filesystem::remove(directory.path + "/" + SegmentName(2));
  for (const char format : {1, 9}) {
    std::string other = SegmentHeader(1);
    other[8] = format;
    directory.Write(name, other);
    const Opened opened = Open(directory);
    CHECK(opened.journal == nullptr);
    CHECK(opened.error.find("format " + std::to_string(format)) !=
          std::string::npos);
  }
}

TEST_CASE("a record that the state does not understand stops the start") {
  const TemporaryDirectory directory;
  Fill(directory, 2);
  std::string error;
  CHECK(FileJournal::Open(
            {.directory = directory.path},
            [](uint64_t sequence, std::string_view) { return sequence != 2; },
            &error) == nullptr);
  CHECK(error.find("record 2") != std::string::npos);
}

TEST_CASE("a recovery that is stopped leaves the journal as it is") {
  const TemporaryDirectory directory;
  const Records records = Fill(directory, 5);
  Pipeline pipeline(nullptr);
  std::string error;
  const auto journal = FileJournal::Open(
      {.directory = directory.path},
      Replayer(&pipeline, &error, [](uint64_t) { return false; }), &error);
  CHECK(journal == nullptr);
  CHECK(error.find("stopped while recovering") != std::string::npos);
  CHECK(Open(directory).records == records);
}

TEST_CASE("a write that fails leaves nothing, and the next one works") {
  const auto durability = GENERATE(Durability::kProcess, Durability::kPower);
  const TemporaryDirectory directory;
  {
    const Opened opened = Open(directory, 1, durability);
    REQUIRE(opened.journal->Append("first") == Appended::kStored);
    for (rlim_t room = 0; room < 300; room += 7) {
      const uint64_t length = directory.Read(TheSegment(directory)).size();
      {
        const FileSizeLimit limit(length + room);
        REQUIRE(opened.journal->Append(std::string(400, 'x')) ==
                Appended::kNotStored);
      }
      REQUIRE(directory.Read(TheSegment(directory)).size() == length);
    }
    CHECK_FALSE(opened.journal->takes());
    REQUIRE(opened.journal->Append("second") == Appended::kStored);
  }
  CHECK(Open(directory).records == Records{"first", "second"});
}

TEST_CASE("where two segments have a record, the later file's counts") {
  const TemporaryDirectory directory;
  {
    const Opened opened = Open(directory);
    for (const char* record : {"one", "two", "three, not acknowledged"}) {
      REQUIRE(opened.journal->Append(record) == Appended::kStored);
    }
  }
  std::filesystem::remove(directory.path + "/answered");  // it does not say so
  const std::string record = "three";
  directory.Write(SegmentName(3),
                  SegmentHeader(3) + RecordHeader(3, 5, 0).substr(0, 16));
  {
    // A torn first record: the segment is there, so it counts.
    const Opened opened = Open(directory);
    CHECK(opened.records == Records{"one", "two"});
    REQUIRE(opened.journal->Append(record) == Appended::kStored);
  }
  CHECK(Open(directory).records == Records{"one", "two", "three"});
}

TEST_CASE("a journal that ends before the checkpoint goes on behind it") {
  const TemporaryDirectory directory;
  Fill(directory, 3);
  for (const char* record : {"ten", "eleven"}) {
    // As after a loss of power that lost records that the checkpoint has.
    const Opened opened = Open(directory, 10);
    REQUIRE(opened.journal != nullptr);
    REQUIRE(opened.journal->Append(record) == Appended::kStored);
  }
  CHECK(Open(directory, 10).records == Records{"ten", "eleven"});
  CHECK(Open(directory, 1).journal == nullptr);  // without it they are missing
}

TEST_CASE("a new segment that cannot be made does not count") {
  const TemporaryDirectory directory;
  {
    const Opened opened = Open(directory);
    REQUIRE(opened.journal->Append("one") == Appended::kStored);
    {
      // A directory in the way of the temporary file.
      std::filesystem::create_directory(directory.path + "/" + SegmentName(2) +
                                        ".tmp");
      opened.journal->Rotate();
    }
    REQUIRE(opened.journal->Append("two") == Appended::kStored);
    std::filesystem::remove(directory.path + "/" + SegmentName(2) + ".tmp");
    opened.journal->Rotate();
    REQUIRE(opened.journal->Append("three") == Appended::kStored);
  }
  CHECK(ListSegments(directory.path)->size() == 2);
  CHECK(Open(directory).records == Records{"one", "two", "three"});
}

TEST_CASE("segments before a checkpoint are dropped, the others stay") {
  const TemporaryDirectory directory;
  const Opened opened = Open(directory);
  for (const char* record : {"one", "two", "three"}) {
    REQUIRE(opened.journal->Append(record) == Appended::kStored);
    opened.journal->Rotate();
  }
  opened.journal->DropBefore(3);
  CHECK(*ListSegments(directory.path) == std::vector<uint64_t>{3, 4});
  CHECK(Open(directory, 3).records == Records{"three"});
}

TEST_CASE("damage before a record that ends in zeros is no torn tail") {
  const TemporaryDirectory directory;
  {
    const Opened opened = Open(directory);
    REQUIRE(opened.journal->Append("one") == Appended::kStored);
    REQUIRE(opened.journal->Append(std::string(5000, '\0')) ==
            Appended::kStored);
  }
  const std::string name = TheSegment(directory);
  const std::string whole = directory.Read(name);
  for (const size_t place :
       {size_t{40}, size_t{57}, size_t{90}, size_t{3000}}) {
    std::string damaged = whole;
    damaged[place] = static_cast<char>(damaged[place] ^ 4);
    directory.Write(name, damaged);
    CHECK(Open(directory).journal == nullptr);
  }
  // The same record without its last sectors.
  directory.Write(name, whole.substr(0, 2000) + std::string(3100, '\0'));
  CHECK(Open(directory).records == Records{"one"});
}

TEST_CASE("a directory that cannot be read is no empty store") {
  std::string error;
  CHECK_FALSE(ReadJournal(
      "/nowhere/at/all", 1, [](uint64_t, std::string_view) { return true; },
      &error));
  CHECK(error.find("cannot be read") != std::string::npos);
}

TEST_CASE("an append that fails is told once, with its file and place") {
  const TemporaryDirectory directory;
  Fill(directory, 10);
  const Opened opened = Open(directory);
  std::vector<StorageFault> faults;
  opened.journal->SetOnFault(
      [&faults](const StorageFault& fault) { faults.push_back(fault); });
  const std::string segment = directory.path + "/" + TheSegment(directory);
  const uint64_t length = std::filesystem::file_size(segment);
  CHECK(opened.journal->takes());
  {
    const FileSizeLimit limit(length + 10);
    CHECK(opened.journal->Append("a record of some bytes") ==
          Appended::kNotStored);
    CHECK_FALSE(opened.journal->takes());
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].operation == StorageOperation::kAppend);
    CHECK(faults[0].file == segment);
    CHECK(faults[0].offset == length);
    CHECK(faults[0].error == "only 10 bytes were written");
    CHECK_FALSE(opened.journal->Probe());
    CHECK_FALSE(opened.journal->takes());
    CHECK(faults.size() == 2);
  }
  CHECK(opened.journal->Probe());
  CHECK(opened.journal->takes());
  CHECK(faults.size() == 2);
}

TEST_CASE("a probe leaves nothing behind, also where it was not completed") {
  const TemporaryDirectory directory;
  const Durability durability =
      GENERATE(Durability::kProcess, Durability::kPower);
  const Records records = Fill(directory, 5);
  const std::string segment = directory.path + "/" + TheSegment(directory);
  const uint64_t length = std::filesystem::file_size(segment);
  {
    const Opened opened = Open(directory, 1, durability);
    CHECK(opened.journal->Probe());
    CHECK(std::filesystem::file_size(segment) == length);
    CHECK(opened.journal->next_sequence() == 6);
  }
  // Killed in the middle of one.
  for (const uint64_t zeros : {1, 100, 4096}) {
    std::filesystem::resize_file(segment, length + zeros);
    const Opened opened = Open(directory, 1, durability);
    REQUIRE(opened.journal != nullptr);
    CHECK(opened.records == records);
    CHECK(std::filesystem::file_size(segment) == length);
  }
}

TEST_CASE("a segment that cannot be begun is told, and the old one goes on") {
  const TemporaryDirectory directory;
  Fill(directory, 3);
  const Opened opened = Open(directory);
  std::vector<StorageFault> faults;
  opened.journal->SetOnFault(
      [&faults](const StorageFault& fault) { faults.push_back(fault); });
  {
    const FileSizeLimit limit(1);
    opened.journal->Rotate();
  }
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].operation == StorageOperation::kCheckpoint);
  CHECK(opened.journal->Append("goes on") == Appended::kStored);
}
