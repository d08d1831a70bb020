// A database with a damaged table: work that does not need the table goes on.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "daemon/store/database.h"
#include "daemon/store/layout.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr size_t kCache = 1 << 20;
constexpr uint64_t kCount = 20'000;

// Keys are hashes, so they are spread evenly.
PairKey KeyOf(uint64_t i) {
  const auto mixed = [](uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  };
  return {mixed(i + 1), mixed(~i)};
}

Record RecordOf(uint64_t i) {
  Record record;
  record.key = KeyOf(i);
  record.set_kind(RecordKind::kPrediction);
  return record;
}

DatabaseUpdate UpdateOf(uint64_t sequence) {
  DatabaseUpdate update;
  update.sequence = sequence;
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  update.image = SaveState(const_cast<State*>(&engine.pipeline.state()));
  return update;
}

std::string LargestTable(const std::string& directory) {
  std::string largest;
  uintmax_t size = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory + "/db")) {
    if (entry.path().extension() == ".sst" && entry.file_size() > size) {
      size = entry.file_size();
      largest = entry.path().string();
    }
  }
  return largest;
}

void FlipBit(const std::string& file, uint64_t at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const int c = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(static_cast<char>(c ^ 4));
}

// Makes a closed database with pairs and history, and flips a bit of the pairs'
// table at `share` of its length; share 1 means the footer, which every table
// needs. Returns the table's path.
std::string MakeDamaged(const std::string& directory, double share) {
  std::string error;
  {
    const auto database = Database::Open(directory, kCache, &error);
    REQUIRE(database != nullptr);
    DatabaseUpdate update = UpdateOf(2);
    for (uint64_t i = 0; i < kCount; ++i) update.pairs.push_back(RecordOf(i));
    update.history["step"] = "counts";
    REQUIRE(database->Write(update));
    // A table of its own.
    update = UpdateOf(2);
    update.pairs = {RecordOf(0)};
    REQUIRE(database->Write(update));
  }
  std::string table = LargestTable(directory);
  const uint64_t size = std::filesystem::file_size(table);
  const auto at = static_cast<uint64_t>(share * static_cast<double>(size));
  FlipBit(table, std::min(at, size - 2));
  return table;
}

struct Told {
  std::vector<StorageFault> faults;
  OnFault sink() {
    return [this](const StorageFault& fault) { faults.push_back(fault); };
  }
};

// The unreadable ones of `count` keys from `begin` on.
std::vector<PairKey> Unreadable(const Database& database, uint64_t begin,
                                size_t count) {
  std::vector<PairKey> keys;
  for (size_t i = 0; i < count; ++i) keys.push_back(KeyOf(begin + i));
  std::sort(keys.begin(), keys.end());
  std::vector<Record> records;
  std::vector<PairKey> unreadable;
  for (std::span<const PairKey> rest = keys; !rest.empty();) {
    rest = rest.subspan(database.Find(rest, &records, &unreadable));
  }
  return unreadable;
}

}  // namespace

TEST_CASE(
    "ids that do not need a damaged block are found beside those that do") {
  // In the data, and in the index after it.
  const double share = GENERATE(0.1, 0.5, 0.9);
  const TemporaryDirectory directory;
  const std::string table = MakeDamaged(directory.path, share);
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  Told told;
  database->SetOnFault(told.sink());
  std::vector<PairKey> keys;
  for (uint64_t i = 0; i < kCount; ++i) keys.push_back(KeyOf(i));
  std::sort(keys.begin(), keys.end());
  std::vector<Record> records;
  std::vector<PairKey> unreadable;
  for (std::span<const PairKey> rest = keys; !rest.empty();) {
    rest = rest.subspan(database->Find(rest, &records, &unreadable));
  }
  CHECK_FALSE(unreadable.empty());
  CHECK(unreadable.size() < 200);
  CHECK(records.size() + unreadable.size() == kCount);
  REQUIRE_FALSE(told.faults.empty());
  const StorageFault& fault = told.faults[0];
  CHECK(fault.operation == StorageOperation::kRead);
  CHECK(fault.damage);
  CHECK(fault.file == table);
  REQUIRE(fault.offset);
  const auto at = static_cast<uint64_t>(
      share * static_cast<double>(std::filesystem::file_size(table)));
  CHECK(*fault.offset <= at);
  CHECK(*fault.offset + 8192 > at);
  CHECK_THAT(fault.error, Catch::Contains("checksum"));
}

TEST_CASE("a table that cannot be opened stops only what needs it") {
  // After the data, in the parts of filter and index, and in the footer.
  const double share = GENERATE(0.98, 1.0);
  const TemporaryDirectory directory;
  const std::string table = MakeDamaged(directory.path, share);
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  Told told;
  database->SetOnFault(told.sink());
  REQUIRE(told.faults.size() == 1);
  CHECK(told.faults[0].operation == StorageOperation::kRead);
  CHECK(told.faults[0].damage);
  CHECK(told.faults[0].file == table);
  CHECK_THAT(told.faults[0].meaning, Catch::Contains("check-storage"));
  CHECK(Unreadable(*database, 1, 1000).size() == 1000);
  CHECK(database->Read(&error)->sequence == 2);
  std::optional<std::string> step;
  CHECK(database->ReadHistory("step", &step) == Database::ReadStatus::kGood);
  // Checkpoints go on, and undamaged files are compacted.
  std::atomic<bool> cancel{false};
  database->SetRemembered(nullptr, kCount);
  DatabaseUpdate update = UpdateOf(3);
  update.history["next"] = "counts";
  REQUIRE(database->Write(update));
  database->Compact(&cancel);
  CHECK_FALSE(database->broken());
  CHECK(database->sequence() == 3);
  CHECK(database->ReadHistory("next", &step) == Database::ReadStatus::kGood);
  CHECK(database->FindDamaged().size() == 1);
}

TEST_CASE("new ids are known to be new beside a damaged block") {
  const TemporaryDirectory directory;
  MakeDamaged(directory.path, 0.5);
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  CHECK_FALSE(Unreadable(*database, 0, kCount).empty());
  CHECK(Unreadable(*database, 1'000'000, kCount).size() < 20);
}

TEST_CASE("all keys are visited but those in a gap, which is small") {
  const double share = GENERATE(0.0, 0.3, 0.6, 0.9);
  const TemporaryDirectory directory;
  MakeDamaged(directory.path, share);
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  CHECK_FALSE(database->ForEachKey([](const PairKey&) { return true; }));
  std::vector<PairKey> visited;
  std::vector<Gap> gaps;
  CHECK(database->ForEachKey(
      [&](const PairKey& key) {
        visited.push_back(key);
        return true;
      },
      [&](const Gap& gap) {
        gaps.push_back(gap);
        return true;
      }));
  REQUIRE(gaps.size() == 1);
  CHECK(gaps[0].damaged);
  CHECK(visited.size() > kCount - 200);
  CHECK(visited.size() < kCount);
  CHECK(std::is_sorted(visited.begin(), visited.end()));
  // Each unreadable key is in the gap that the filter gets.
  const PairKey from = DecodeKey(gaps[0].from.data());
  const PairKey to = DecodeKey(gaps[0].to.data());
  for (uint64_t i = 0; i < kCount; ++i) {
    const PairKey key = KeyOf(i);
    const bool in_gap = from <= key && key < to;
    REQUIRE(in_gap != std::binary_search(visited.begin(), visited.end(), key));
  }
}

TEST_CASE("files that cannot be merged keep nothing from being written") {
  const TemporaryDirectory directory;
  MakeDamaged(directory.path, 0.5);
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  Told told;
  database->SetOnFault(told.sink());
  database->SetRemembered(nullptr, kCount);
  std::atomic<bool> cancel{false};
  DatabaseUpdate update = UpdateOf(3);
  update.pairs = {RecordOf(kCount)};
  REQUIRE(database->Write(update));
  database->Compact(&cancel);
  REQUIRE_FALSE(told.faults.empty());
  CHECK(told.faults[0].damage);
  CHECK_FALSE(database->broken());
  // Nor are they tried again.
  const size_t before = told.faults.size();
  database->Compact(&cancel);
  CHECK(told.faults.size() == before);
  update = UpdateOf(4);
  REQUIRE(database->Write(update));
  CHECK(database->sequence() == 4);
  CHECK(Unreadable(*database, kCount, 1).empty());
}

TEST_CASE("what can be read of a damaged database is copied") {
  // Damage in the data, and a table that cannot be opened.
  const bool whole_table = GENERATE(false, true);
  const TemporaryDirectory directory;
  const std::string table = MakeDamaged(directory.path, whole_table ? 1 : 0.5);
  std::string error;
  const auto database = Database::OpenToRead(directory.path, &error);
  REQUIRE(database != nullptr);
  const auto damaged = database->FindDamaged();
  REQUIRE(damaged.size() == 1);
  CHECK(damaged[0].file == table);
  CHECK(damaged[0].family == "pairs");
  CHECK(damaged[0].entries == kCount);
  const TemporaryDirectory other;
  const auto gaps = database->CopyReadable(other.path, &error);
  REQUIRE(gaps);
  CHECK(*gaps == 1);
  const auto copy = Database::Open(other.path, kCache, &error);
  REQUIRE(copy != nullptr);
  size_t keys = 0;
  CHECK(copy->ForEachKey([&](const PairKey&) { return ++keys > 0; }));
  if (whole_table) CHECK(keys == 1);  // of the other table
  if (!whole_table) CHECK(keys > kCount - 200);
  CHECK(keys < kCount);
  CHECK(copy->Read(&error)->sequence == 2);
  std::optional<std::string> step;
  CHECK(copy->ReadHistory("step", &step) == Database::ReadStatus::kGood);
  CHECK(step == "counts");
  CHECK(Unreadable(*copy, 0, 1000).empty());
}

TEST_CASE("a checkpoint that cannot be written tells why, once") {
  const TemporaryDirectory directory;
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  Told told;
  database->SetOnFault(told.sink());
  DatabaseUpdate update = UpdateOf(2);
  for (uint64_t i = 0; i < kCount; ++i) update.pairs.push_back(RecordOf(i));
  {
    const FileSizeLimit limit(100'000);
    CHECK_FALSE(database->Write(update));
  }
  REQUIRE(told.faults.size() == 1);
  CHECK(told.faults[0].operation == StorageOperation::kCheckpoint);
  CHECK_FALSE(told.faults[0].damage);
  CHECK_THAT(told.faults[0].file, Catch::Contains("checkpoint.tmp/"));
  CHECK_THAT(told.faults[0].error, Catch::Contains("File too large"));
  CHECK(database->Write(update));
  CHECK(told.faults.size() == 1);
}

TEST_CASE("a step of the history that is damaged is lost, and no other") {
  const TemporaryDirectory directory;
  std::string error;
  {
    const auto database = Database::Open(directory.path, kCache, &error);
    REQUIRE(database != nullptr);
    DatabaseUpdate update = UpdateOf(2);
    for (int i = 1000; i < 3000; ++i) {
      update.history["step" + std::to_string(i)] = std::string(50, 'x');
    }
    REQUIRE(database->Write(update));
  }
  const std::string table = LargestTable(directory.path);
  FlipBit(table, std::filesystem::file_size(table) / 2);
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  Told told;
  database->SetOnFault(told.sink());
  int lost = 0;
  for (int i = 1000; i < 3000; ++i) {
    std::optional<std::string> step;
    const auto status =
        database->ReadHistory("step" + std::to_string(i), &step);
    REQUIRE(status != Database::ReadStatus::kNotNow);
    lost += status == Database::ReadStatus::kDamaged;
    REQUIRE(step.has_value() == (status == Database::ReadStatus::kGood));
  }
  CHECK(lost > 0);
  CHECK(lost < 200);
  CHECK(told.faults.size() == static_cast<size_t>(lost));
  int visited = 0;
  const auto count = [&](auto, auto) { return ++visited > 0; };
  CHECK_FALSE(database->ForEachHistory(count));
  visited = 0;
  CHECK(database->ForEachHistory(count, Database::PassGap));
  CHECK(visited == 2000 - lost);
}
