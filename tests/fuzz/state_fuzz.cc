// The content of a store, beneath its checksums. An accepted state can be
// shown, takes events, and can be saved and restored.

#include <bit>
#include <span>
#include <string>
#include <vector>

#include "core/engine/pipeline.h"
#include "core/pairs/pair_store.h"
#include "core/snapshot/snapshot.h"
#include "exporters/prometheus/collector.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/show.h"
#include "tests/support/exposition.h"
#include "tests/support/stored_state.h"

using namespace plumbline;  // NOLINT: a test

namespace {

// Answers each look-up with the remaining pairs, whatever the keys.
class AnyPairs : public PairStore {
 public:
  explicit AnyPairs(std::vector<Record> pairs) : pairs_(std::move(pairs)) {}

  void Screen(std::vector<PairKey>*) override {}
  size_t Find(std::span<const PairKey> keys, std::vector<Record>* records,
              std::vector<PairKey>*) override {
    constexpr size_t kChain = 4;
    for (const PairKey& key : keys) {
      for (size_t i = 0; i < kChain && !pairs_.empty(); ++i) {
        records->push_back(pairs_.back());
        records->back().key = key;
        pairs_.pop_back();
      }
    }
    return keys.size();
  }

 private:
  std::vector<Record> pairs_;
};

// One event of each kind for an existing and a new version.
class Events {
 public:
  explicit Events(const ModelSnapshot& model) : model_(model) {
    std::vector<std::string> versions = {"new"};
    if (!model.versions.empty()) versions.push_back(model.versions[0].name);
    for (const std::string& version : versions) {
      for (uint64_t id = 0; id < 3; ++id) {
        Add(version, id, true, false);
        Add(version, id, false, true);
        Add(version, id + 1, false, true);
      }
      Add(version, {}, true, true);
    }
  }
  EventBatch Take() { return std::move(batch_); }

 private:
  void Add(const std::string& version, std::optional<uint64_t> id,
           bool predicts, bool labels) {
    Event& event = batch_.events.emplace_back();
    event.model = batch_.names.Add(model_.name);
    event.version = batch_.names.Add(version);
    event.has_id = id.has_value();
    event.id_lo = id.value_or(0);
    if (predicts) {
      SetValue(0, &event.prediction_kind, &event.prediction);
      AddExtras(&event);
    }
    if (labels) SetValue(1, &event.label_kind, &event.label);
  }
  uint32_t ClassAt(size_t i) {
    return batch_.names.Add(i < model_.classes.size() ? model_.classes[i]
                                                      : "class");
  }
  void SetValue(size_t c, ValueKind* kind, uint64_t* bits) {
    if (model_.task == Task::kRegression) {
      *kind = ValueKind::kReal;
      *bits = std::bit_cast<uint64_t>(0.5 + static_cast<double>(c));
    } else if (model_.task == Task::kMultilabel) {
      *kind = ValueKind::kSet;
      *bits = Range{static_cast<uint32_t>(batch_.classes.size()), 1}.bits();
      batch_.classes.push_back(ClassAt(c));
    } else {
      *kind = ValueKind::kText;
      *bits = ClassAt(c);
    }
  }
  void AddExtras(Event* event) {
    Extra& extra = batch_.AddExtra(event);
    extra.latency = 0.01;
    extra.segments = {static_cast<uint32_t>(batch_.segments.size()), 1};
    batch_.segments.push_back({batch_.names.Add("a"), batch_.names.Add("1")});
    extra.has_features = true;
    extra.features = {static_cast<uint32_t>(batch_.features.size()), 1};
    batch_.features.push_back({batch_.names.Add("number"), ValueKind::kReal,
                               std::bit_cast<uint64_t>(3.25)});
    if (model_.task != Task::kClassification) return;
    extra.score = 0.3;
    const uint32_t first = ClassAt(0);
    const uint32_t second = ClassAt(1);
    extra.scores = {static_cast<uint32_t>(batch_.class_scores.size()),
                    first == second ? 1U : 2U};
    batch_.class_scores.push_back({first, 0.25});
    if (first != second) batch_.class_scores.push_back({second, 0.75});
  }

  const ModelSnapshot& model_;
  EventBatch batch_;
};

void Go(Pipeline* pipeline, const Command& command, int64_t now_ms) {
  Outcome outcome;
  pipeline->Commit(command, now_ms, &outcome);
}

// Advances hours and days: hourly samples, expiry, and pairs that leave
// windows.
void GoOn(Pipeline* pipeline) {
  constexpr int64_t kHour = 3'600'000;
  const State& state = pipeline->state();
  const int64_t begin = state.gauges().now_ms;
  std::vector<Command> batches;
  VisitModels(state, begin, [&batches](const ModelSnapshot& model) {
    if (batches.size() < 4) batches.emplace_back(Events(model).Take());
  });
  for (const int64_t after : {int64_t{0}, kHour, 8 * 24 * kHour}) {
    for (const Command& batch : batches) Go(pipeline, batch, begin + after);
    Compute(state, begin + after);
  }
  Go(pipeline, Command{state.settings()}, begin + 9 * 24 * kHour);
  Go(pipeline, Command{Tick{}}, begin + 500 * 24 * kHour);
}

void ShowAll(const State& state) {
  const auto now_ms = [&state] { return state.gauges().now_ms.load(); };
  Show(state, now_ms());
  Exposition(Collector(&state, now_ms, [] {
    DaemonFigures figures;
    figures.ready = true;
    return figures;
  }));
}

}  // namespace

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  StoredState stored = DecodeStored(InputOf(data, size));
  AnyPairs store(std::move(stored.pairs));
  Pipeline pipeline(nullptr);
  pipeline.UseStore(&store, 100, 100'000);
  if (!pipeline.Restore(stored.image)) return 0;
  const State& state = pipeline.state();
  Compute(state, state.gauges().now_ms);
  // Only for some inputs, because it is slow.
  if (size % 8 == 0) ShowAll(state);
  pipeline.Exclusively([](State* loaded) {
    for (Model* model : loaded->models().Get()) model->dirty = true;
    Pipeline again(nullptr);
    Expect(again.Restore(SaveState(loaded)), "what is restored can be saved");
  });
  GoOn(&pipeline);
  Compute(state, state.gauges().now_ms);
  return 0;
}
