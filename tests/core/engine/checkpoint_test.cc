// A state that is saved and loaded continues without a difference. So does a
// state with most of its pairs in a store.

#include "core/engine/checkpoint.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/codec/bytes.h"
#include "tests/support/catch.h"
#include "tests/support/compare_restored.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"
#include "tests/support/random_events.h"
#include "tests/support/seeds.h"

using namespace plumbline;  // NOLINT: a test

TEST_CASE("a state with a store, saved step by step, is like one in memory") {
  const bool evict = GENERATE(false, true);
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(1)));
  const size_t memory = GENERATE(size_t{5}, size_t{80});
  std::mt19937 random(seed);
  std::mt19937 steps(seed + 100);
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, memory, 1000);
  Pipeline in_memory(nullptr);
  SmallWorld(evict, &engine);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  checkpoint.Whole(engine.journal.records.size());
  size_t compared = 0;
  bool copied = false;
  for (int group = 0; group < 600; ++group) {
    RandomGroup(&random, &engine);
    while (compared < engine.journal.records.size()) {
      REQUIRE(in_memory.Replay(engine.journal.records[compared++]) ==
              Pipeline::Status::kApplied);
    }
    REQUIRE(Describe(in_memory.state(), engine.now_ms) ==
            Describe(engine.pipeline.state(), engine.now_ms));
    if (!checkpoint.running()) {
      if (steps() % 3 == 0) checkpoint.CopyAhead(1 + steps() % 3);
      if (steps() % 3 != 0) continue;
      checkpoint.Begin(engine.journal.records.size());
      copied = false;
    } else if (!copied) {
      if (checkpoint.Copy(1 + steps() % 20)) copied = true;
    } else if (steps() % 3 == 0) {
      checkpoint.Store();
      CompareRestored(engine, checkpoint, store);
      // The crash may come later.
      if (steps() % 2 == 0) RandomGroup(&random, &engine);
      CompareRestored(engine, checkpoint, store);
      checkpoint.Saved();
    }
  }
  CHECK(store.found > 100);
}

TEST_CASE("a checkpoint holds what has changed, and all of it") {
  const unsigned seed = GENERATE(range(1u, 1 + SeedsOr(2)));
  std::mt19937 random(seed);
  Engine engine;
  SmallWorld(true, &engine);
  auto* state = const_cast<State*>(&engine.pipeline.state());
  StateImage image;
  size_t unchanged = 0;
  for (int group = 0; group < 600; ++group) {
    RandomGroup(&random, &engine);
    StateImage changed = SaveState(state);
    for (auto& [number, model] : changed.models) {
      image.models[number] = std::move(model);
    }
    unchanged += ModelsOf(changed.head).size() - changed.models.size();
    // Save all models, changed or not.
    for (Model* model : state->models().Get()) model->dirty = true;
    const StateImage whole = SaveState(state);
    REQUIRE(whole.head == changed.head);
    for (const auto& [number, model] : whole.models) {
      REQUIRE(image.models.at(number) == model);
    }
  }
  CHECK(unchanged > 100);
}

TEST_CASE("a checkpoint that is cut anywhere is refused") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("a", "UP"), Label("b", "DOWN"),
               Both("x", "y")});
  engine.Do(Command{Removal{"m", "2"}});
  const StateImage whole =
      SaveState(const_cast<State*>(&engine.pipeline.state()));
  const auto loads = [](const StateImage& image) {
    return Pipeline(nullptr).Restore(image);
  };
  CHECK(loads(whole));
  StateImage damaged = whole;
  for (size_t size = 0; size < whole.head.size(); ++size) {
    damaged.head = whole.head.substr(0, size);
    REQUIRE_FALSE(loads(damaged));
  }
  damaged.head = whole.head + "x";
  CHECK_FALSE(loads(damaged));
  damaged = whole;
  std::string& model = damaged.models.begin()->second;
  for (size_t size = model.size(); size > 0; --size) {
    model.pop_back();
    REQUIRE_FALSE(loads(damaged));
  }
  damaged.models.clear();
  CHECK_FALSE(loads(damaged));
}

TEST_CASE("a field of a later format is refused by name") {
  Engine engine;
  engine.Post({Both("x", "y")});
  StateImage image = SaveState(const_cast<State*>(&engine.pipeline.state()));
  std::string& model = image.models.begin()->second;
  // The part of the model follows the header. Its size comes first.
  const size_t at = sizeof(int64_t) + sizeof(uint32_t);
  std::string size;
  ByteWriter(&size).Put(static_cast<uint32_t>(model.size() - at - 4 + 6));
  model.replace(at, size.size(), size);
  ByteWriter added(&model);
  added.Put(uint8_t{200});
  added.Put(uint32_t{1});
  added.Put(uint8_t{1});
  std::string unknown;
  CHECK_FALSE(Pipeline(nullptr).Restore(image, &unknown));
  CHECK(unknown.find("field 200 of a model") != std::string::npos);
}

TEST_CASE(
    "a bool that is neither, and a count of more than there is, are refused") {
  std::string bytes;
  ByteWriter(&bytes).Put<uint8_t>(7);
  ByteReader reader(bytes);
  CHECK_FALSE(reader.Get<bool>());
  CHECK_FALSE(reader.ok());
  bytes.clear();
  ByteWriter(&bytes).Put<uint64_t>(1000);
  Load load(bytes);
  CHECK(DoCount(load, 0) == 0);
  CHECK_FALSE(load.ok());
}

TEST_CASE("what was evicted from a bucket that goes on stays so") {
  Engine engine;
  engine.Post({Prediction("a", "UP"), Label("b", "UP")});
  auto* state = const_cast<State*>(&engine.pipeline.state());
  Model* model = state->FindModel("m");
  AgeCounts& age_counts = *State::FindVersion(*model, "1")->age_counts;
  const uint32_t age = age_counts.Marks().at(0).age;
  age_counts.EvictWaiting(age, 2);
  model->labels.EvictWaiting(model->labels.Marks().at(0).age, 2);
  Pipeline restored(nullptr);
  REQUIRE(restored.Restore(SaveState(state)));
  model = restored.state().FindModel("m");
  for (const AgeCounts* loaded :
       {&*State::FindVersion(*model, "1")->age_counts, &model->labels}) {
    Record record;
    record.age = loaded->Marks().at(0).age;
    record.set_number(1);
    CHECK_FALSE(loaded->Alive(record));
    record.set_number(2);
    CHECK(loaded->Alive(record));
  }
}

TEST_CASE("a pair that has left memory is joined, corrected and recognised") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 1, 100);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  const auto leave = [&] {
    checkpoint.Whole(0);
    engine.Post({Prediction("other" + std::to_string(store.pairs.size()), 1)});
  };
  engine.Post({Prediction("a", "UP"), Prediction("b", "UP", "2")});
  leave();
  const int found = store.found;
  CHECK(engine.Post({Label("a", "UP")}).accepted == 1);
  CHECK(store.found == found + 1);
  CHECK(engine.Count(kObservations) == 1);
  leave();
  CHECK(engine.Post({Label("a", "UP")}).duplicates == 1);
  CHECK(engine.Post({Prediction("a", "DOWN")}).duplicates == 1);
  leave();
  engine.Post({Label("a", "DOWN")});
  CHECK(engine.Count(kCorrections) == 1);
  CHECK(engine.Cell("1h", "DOWN", "UP") == 1);
}

TEST_CASE("where the store cannot be read nothing is journalled or counted") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 1, 100);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  engine.Post({Prediction("a", "UP")});
  checkpoint.Whole(0);
  engine.Post({Prediction("b", "UP"), Prediction("c", "UP")});
  const size_t records = engine.journal.records.size();
  store.fails = true;
  engine.Post({Label("a", "UP"), Prediction("d", "UP")});
  CHECK(engine.status == Pipeline::Status::kStoreUnread);
  CHECK(engine.journal.records.size() == records);
  CHECK(engine.Count(kPredictions) == 3);
  // Events that need no stored pair are applied.
  engine.Post({Prediction("d", "UP")});
  CHECK(engine.status == Pipeline::Status::kApplied);
  store.fails = false;
  engine.Post({Label("a", "UP")});
  CHECK(engine.Count(kObservations) == 1);
}

TEST_CASE(
    "ingest that outruns what is saved waits, and is refused in the end") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 100, 2);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  engine.Post({Prediction("a", 1), Prediction("b", 1), Prediction("c", 1)});
  CHECK(engine.status == Pipeline::Status::kApplied);
  engine.Post({Prediction("d", 1)});
  CHECK(engine.status == Pipeline::Status::kStoreFailed);
  engine.Wait(1);  // time passes meanwhile
  CHECK(engine.status == Pipeline::Status::kApplied);
  checkpoint.Whole(0);
  engine.Post({Prediction("d", 1)});
  CHECK(engine.status == Pipeline::Status::kApplied);
}

TEST_CASE("an id that cannot be read refuses the request that is about it") {
  MapStore store;
  Engine engine;
  engine.pipeline.UseStore(&store, 1, 100);
  SteppedCheckpoint checkpoint(&engine.pipeline, &store);
  engine.Post({Prediction("a", "UP"), Prediction("b", "UP")});
  checkpoint.Whole(0);
  engine.Post({Prediction("c", "UP"), Prediction("d", "UP")});
  for (const auto& [key, chain] : store.pairs) store.damaged.insert(key);
  // One of all stored pairs can be read.
  std::vector<PairKey> keys;
  for (const auto& [key, chain] : store.pairs) keys.push_back(key);
  REQUIRE(keys.size() == 2);
  store.damaged.erase(keys[0]);
  const size_t records = engine.journal.records.size();

  uint64_t accepted = 0;
  std::vector<uint32_t> unread;
  for (const char* id : {"a", "b"}) {
    const Outcome outcome =
        engine.Do(Command{Batch({Label("e", "UP"), Label(id, "UP")})});
    accepted += outcome.batch.accepted;
    for (const uint32_t event : outcome.unreadable) unread.push_back(event);
    if (!outcome.unreadable.empty()) {
      CHECK(engine.status == Pipeline::Status::kStoreUnread);
    }
  }
  CHECK(accepted == 2);
  CHECK(unread == std::vector<uint32_t>{1});
  CHECK(engine.journal.records.size() == records + 1);
  CHECK(engine.Count(kObservations) == 1);
}
