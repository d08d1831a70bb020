// Stored pairs with damage that checksums miss. Events about them are rejected,
// and nothing is counted.

#include "core/join/sound_record.h"

#include <bit>
#include <functional>
#include <memory>
#include <string>

#include "core/engine/find_id.h"
#include "tests/support/catch.h"
#include "tests/support/engine.h"
#include "tests/support/map_store.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// An engine with a waiting prediction that has left memory.
struct Away {
  Away() {
    engine.pipeline.UseStore(&store, 1, 1000);
    engine.settings.defaults.slices = {{"key"}};
    engine.Use();
  }
  void Leave() {
    SteppedCheckpoint checkpoint(&engine.pipeline, &store);
    checkpoint.Whole(0);
    engine.Post({Prediction("other" + std::to_string(store.pairs.size()), 1)});
  }
  // Damages all stored records.
  void Damage(const std::function<void(Record*)>& damage) {
    for (auto& [key, chain] : store.pairs) {
      for (Record& record : chain) damage(&record);
    }
  }
  // True if a label joins the pair of "a".
  bool Joins(const TestEvent::Value& label) {
    const uint64_t before = engine.Count(kObservations);
    engine.Post({Label("a", label)});
    if (engine.status == Pipeline::Status::kStoreFailed) {
      CHECK(engine.Count(kObservations) == before);
      return false;
    }
    return engine.Count(kObservations) > before;
  }

  MapStore store;
  Engine engine;
};

bool JoinsWith(const std::function<void(Record*)>& damage) {
  Away away;
  away.engine.Post({Prediction("a", "UP"), Both("UP", "DOWN")});
  away.Leave();
  away.Damage(damage);
  return away.Joins("UP");
}

}  // namespace

TEST_CASE("a stored record that says what there is not is refused") {
  CHECK(JoinsWith([](Record*) {}));
  CHECK_FALSE(JoinsWith([](Record* r) { r->kind_bits = 7; }));
  CHECK_FALSE(JoinsWith([](Record* r) { r->kind_bits = 0; }));
  CHECK_FALSE(JoinsWith([](Record* r) { r->owner = 0xfffffff; }));
  CHECK_FALSE(JoinsWith([](Record* r) { r->first = 99; }));
  CHECK_FALSE(JoinsWith([](Record* r) { r->slices = 99; }));
  CHECK_FALSE(JoinsWith([](Record* r) {
    r->scored = 1;
    r->second = std::bit_cast<uint64_t>(7.0);
  }));
  CHECK_FALSE(JoinsWith([](Record* r) { r->set_kind(RecordKind::kLabel); }));
  CHECK_FALSE(JoinsWith([](Record* r) {
    r->set_kind(RecordKind::kDetail);
    r->first = PackScore(99, 0.5);
  }));
  CHECK_FALSE(JoinsWith([](Record* r) {
    r->joined = 1;
    r->second = 99;
  }));
}

TEST_CASE("a stored set of more classes than it holds is refused") {
  Away away;
  away.engine.Post({Prediction("a", TestEvent::Set{"x"})});
  away.Leave();
  away.Damage([](Record* r) { r->first |= uint64_t{0x7ff} << 48; });
  CHECK_FALSE(away.Joins(TestEvent::Set{"x"}));
}

TEST_CASE("a stored number that is none is refused") {
  Away away;
  away.engine.Post({Prediction("a", 1.5)});
  away.Leave();
  away.Damage([](Record* r) { r->first = ~uint64_t{0}; });
  CHECK_FALSE(away.Joins(2.5));
}

TEST_CASE("a stored record under the key of another model is passed over") {
  Away away;
  TestEvent other = Prediction("x", TestEvent::Set{"p", "q"});
  other.model = "sets";
  away.engine.Post({Prediction("a", "UP"), other});
  away.Leave();
  // Both keys get the record of the other model.
  Record of_sets;
  away.Damage([&of_sets](Record* r) {
    if (r->first >> 48 == 2) of_sets = *r;
  });
  REQUIRE(of_sets.first >> 48 == 2);
  away.Damage([&of_sets](Record* r) {
    const PairKey key = r->key;
    *r = of_sets;
    r->key = key;
  });
  CHECK_FALSE(away.Joins("UP"));
  CHECK(away.engine.status == Pipeline::Status::kApplied);
  CHECK(away.engine.Count(kPendingLabels) == 1);
}

TEST_CASE("an id whose stored records are damaged is known of nothing") {
  Away away;
  away.engine.Post({Prediction("a", TestEvent::Set{"x"})});
  away.Leave();
  const EventBatch batch = Batch({Prediction("a", TestEvent::Set{"x"})});
  const auto find = [&] {
    KnownId known;
    return FindId(&away.engine.pipeline, &away.store,
                  {"m", batch.events[0].id_hi, batch.events[0].id_lo}, &known);
  };
  CHECK(find() == FoundId::kFound);
  away.Damage([](Record* r) { r->first |= uint64_t{0x7ff} << 48; });
  CHECK(find() == FoundId::kNothing);
}

TEST_CASE("what is forgotten may say anything") {
  Away away;
  away.engine.Post({Prediction("a", "UP"), Prediction("b", "UP", "2")});
  away.Leave();
  away.engine.Do(Command{Removal{"m", "1"}});
  away.Damage([](Record* r) { r->slices = 99; });
  away.engine.Post({Label("a", "UP")});
  CHECK(away.engine.status == Pipeline::Status::kApplied);
}
