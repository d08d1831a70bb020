#include "daemon/store/database.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/temporary.h"

using namespace plumbline;  // NOLINT: a test

namespace {

constexpr size_t kCache = 1 << 20;

Record RecordOf(uint64_t key, uint64_t label, uint32_t age = 1) {
  Record record;
  record.key = {key, ~key};
  record.set_kind(RecordKind::kPrediction);
  record.owner = 1;
  record.age = age;
  record.joined = 1;
  record.set_label(label);
  record.label_time = 1'700'000'000'000'000;
  record.time = 1'700'000'000'000;
  record.set_number(uint64_t{1} << 40 | 5);
  return record;
}

DatabaseUpdate UpdateOf(uint64_t sequence, std::vector<Record> pairs) {
  DatabaseUpdate update;
  update.sequence = sequence;
  Engine engine;
  engine.Post({Prediction("a", "UP")});
  update.image = SaveState(const_cast<State*>(&engine.pipeline.state()));
  update.pairs = std::move(pairs);
  return update;
}

std::vector<Record> Found(const Database& database,
                          std::vector<uint64_t> numbers) {
  std::vector<PairKey> keys;
  for (const uint64_t n : numbers) keys.push_back({n, ~n});
  std::vector<Record> records;
  std::vector<PairKey> unreadable;
  REQUIRE(database.Find(keys, &records, &unreadable) == keys.size());
  REQUIRE(unreadable.empty());
  return records;
}

size_t Keys(const Database& database) {
  size_t keys = 0;
  REQUIRE(database.ForEachKey([&](const PairKey&) { return ++keys > 0; }));
  return keys;
}

}  // namespace

TEST_CASE("what a checkpoint wrote is found, also after it is opened again") {
  const TemporaryDirectory directory;
  std::string error;
  auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  CHECK(database->Read(&error)->sequence == 1);
  CHECK(database->Read(&error)->image.head.empty());
  CHECK(Found(*database, {1, 2}).empty());

  // Out of order, and a chain of two.
  REQUIRE(database->Write(UpdateOf(
      7, {RecordOf(9, 1), RecordOf(2, 2), RecordOf(2, 3), RecordOf(5, 4)})));
  REQUIRE(database->Write(UpdateOf(8, {RecordOf(5, 6)})));
  for (int opened = 0; opened < 2; ++opened) {
    const auto found = Found(*database, {2, 3, 5, 9});
    REQUIRE(found.size() == 4);
    CHECK(found[0].label() == 2);
    CHECK(found[1].label() == 3);
    CHECK(found[2].label() == 6);  // the later one
    const Record whole = RecordOf(9, 1);
    CHECK(found[3].key == whole.key);
    CHECK(found[3].number() == whole.number());
    CHECK(found[3].time == whole.time);
    CHECK(found[3].label_time == whole.label_time);
    CHECK(found[3].owner == whole.owner);
    CHECK(found[3].age == whole.age);
    CHECK(found[3].kind() == RecordKind::kPrediction);
    CHECK(found[3].joined);
    CHECK(Keys(*database) == 3);
    const auto stored = database->Read(&error);
    REQUIRE(stored);
    CHECK(stored->sequence == 8);
    CHECK(database->sequence() == 8);
    Pipeline pipeline(nullptr);
    CHECK(pipeline.Restore(stored->image));
    REQUIRE(database->Reopen());
  }
  database.reset();
  database = Database::OpenToRead(directory.path, &error);
  REQUIRE(database != nullptr);
  CHECK(database->sequence() == 8);
  CHECK(Keys(*database) == 3);
}

TEST_CASE("pairs that are forgotten are removed, others stay") {
  const TemporaryDirectory directory;
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  std::vector<Record> pairs;
  for (uint64_t i = 0; i < 1000; ++i) {
    pairs.push_back(RecordOf(i, 0, i < 900 ? 1 : 2));
  }
  REQUIRE(database->Write(UpdateOf(2, pairs)));
  // An older version of a pair must not come back when the later one goes.
  REQUIRE(database->Write(UpdateOf(3, {RecordOf(950, 1, 1)})));
  std::atomic<bool> cancel{false};
  database->Compact(&cancel);
  CHECK(Keys(*database) == 1000);  // SetRemembered() was not called yet
  database->SetRemembered(std::make_shared<const Remembered>(
                              Remembered::Marks{{1, {{2, false, 0}}}}),
                          99);
  database->Compact(&cancel);
  CHECK(Keys(*database) == 99);
  CHECK(Found(*database, {5, 950}).empty());
  CHECK(Found(*database, {949, 951}).size() == 2);
  CHECK(database->bytes() > 0);
  // The snapshot of liveness does not cover later pairs.
  REQUIRE(database->Write(UpdateOf(4, {RecordOf(2000, 1, 3)})));
  database->Compact(&cancel);
  CHECK(Keys(*database) == 100);
}

TEST_CASE("a model that is gone is removed, and a copy is whole") {
  const TemporaryDirectory directory;
  std::string error;
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  Engine engine;
  auto* state = const_cast<State*>(&engine.pipeline.state());
  TestEvent other = Prediction("a", "UP");
  other.model = "other";
  engine.Post({Prediction("a", "UP"), other});
  DatabaseUpdate update;
  update.sequence = 2;
  update.image = SaveState(state);
  REQUIRE(database->Write(update));
  const TemporaryDirectory copy;
  CHECK(database->CopyTo(copy.path));

  engine.Do(Command{Removal{"m", {}}});
  update = {};
  update.sequence = 3;
  update.image = SaveState(state);
  update.removed_models = {1};
  REQUIRE(database->Write(update));
  const auto stored = database->Read(&error);
  REQUIRE(stored);
  CHECK(stored->image.models.size() == 1);

  const auto copied = Database::OpenToRead(copy.path, &error);
  REQUIRE(copied != nullptr);
  CHECK(copied->Read(&error)->image.models.size() == 2);
}

TEST_CASE("a database that lost its manifest is refused and left alone") {
  const TemporaryDirectory directory;
  std::string error;
  REQUIRE(Database::Open(directory.path, kCache, &error)
              ->Write(UpdateOf(2, {RecordOf(1, 1)})));
  std::filesystem::remove(directory.path + "/db/CURRENT");
  const auto tables = [&directory] {
    size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory.path + "/db")) {
      count += entry.path().extension() == ".sst";
    }
    return count;
  };
  const size_t before = tables();
  CHECK(before > 0);
  CHECK(Database::Open(directory.path, kCache, &error) == nullptr);
  CHECK_THAT(error, Catch::Contains("CURRENT"));
  CHECK(Database::OpenToRead(directory.path, &error) == nullptr);
  CHECK(tables() == before);
}

TEST_CASE("what is no database of ours, or damaged, is refused") {
  const TemporaryDirectory directory;
  std::string error;
  {
    const auto database = Database::Open(directory.path, kCache, &error);
    REQUIRE(database != nullptr);
    std::vector<Record> pairs;
    for (uint64_t i = 0; i < 1000; ++i) pairs.push_back(RecordOf(i, 0));
    REQUIRE(database->Write(UpdateOf(2, pairs)));
    // A second one on the same directory.
    CHECK(Database::Open(directory.path, kCache, &error) == nullptr);
    CHECK_THAT(error, Catch::Contains("cannot be opened"));
  }
  // Bytes of the pairs' file.
  for (const auto& entry :
       std::filesystem::directory_iterator(directory.path + "/db")) {
    if (entry.path().extension() != ".sst" || entry.file_size() < 30'000) {
      continue;
    }
    std::fstream file(entry.path(), std::ios::in | std::ios::out);
    file.seekp(1000);
    file << "damage";
  }
  const auto database = Database::Open(directory.path, kCache, &error);
  REQUIRE(database != nullptr);
  CHECK_FALSE(database->ForEachKey([](const PairKey&) { return true; }));
  std::vector<Record> records;
  std::vector<PairKey> keys;
  for (uint64_t i = 0; i < 100; ++i) keys.push_back({i, ~i});
  std::vector<PairKey> unreadable;
  database->Find(keys, &records, &unreadable);
  CHECK_FALSE(unreadable.empty());
}
