// Writes the seeds of the current storage format into corpus/group and
// corpus/state: write_seeds DIRECTORY FORMAT. Seeds of former formats stay.

#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "tests/support/engine.h"
#include "tests/support/map_store.h"
#include "tests/support/random_events.h"
#include "tests/support/stored_state.h"

using namespace plumbline;  // NOLINT: a test

namespace {

class Seeds {
 public:
  Seeds(std::filesystem::path directory, const std::string& format)
      : directory_(std::move(directory)), prefix_("format_" + format + "_") {}

  void Write(const char* fuzzer, const std::string& name,
             const std::string& bytes) const {
    const auto path = directory_ / fuzzer;
    std::filesystem::create_directories(path);
    std::ofstream(path / (prefix_ + name), std::ios::binary) << bytes;
  }
  void WriteState(const std::string& name, Engine* engine) const {
    StoredState stored;
    engine->pipeline.Exclusively([&stored](State* state) {
      stored.image = SaveState(state);
      state->table().ForEach([&stored](const Record& record) {
        if (stored.pairs.size() < 12) stored.pairs.push_back(record);
      });
    });
    Write("state", name, Encode(stored));
  }

 private:
  const std::filesystem::path directory_;
  const std::string prefix_;
};

// Small enough for mutations byte by byte.
std::unique_ptr<Engine> Prepared(
    const std::function<void(ModelSettings*)>& prepare) {
  auto engine = std::make_unique<Engine>();
  ModelSettings& rule = engine->settings.defaults;
  rule.windows = {TimeWindow("1m", 60'000, 2), LastWindow(3)};
  engine->settings.matrix_classes = 3;
  prepare(&rule);
  engine->Use();
  return engine;
}

void WriteBinary(const Seeds& seeds) {
  const auto engine = Prepared([](ModelSettings* rule) {
    rule->thresholds = {{"0.5", 0.5}};
    rule->detectors = {AdwinSettings{}, PageHinkleySettings{}, DdmSettings{},
                       HddmSettings{}};
  });
  TestEvent scored = Prediction("a", "1");
  scored.score = 0.75;
  engine->Post({scored, Label("a", "0"), Label("early", "1"),
                Prediction("late", "0"), Both("1", "1")});
  seeds.WriteState("binary", engine.get());
  // Enough for a calibration, and for detectors to fire.
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 120; ++i) {
      scored.id = std::to_string(120 * round + i);
      scored.score = i % 10 / 10.0;
      engine->Post({scored, Label(scored.id, i % 3 == round ? "1" : "0")});
    }
    engine->Wait(120'000);
  }
  engine->Post({Prediction("x", "1", "2"), Label("x", "1")});
  engine->Do(Command{Removal{"m", "2"}});
  seeds.WriteState("calibrated", engine.get());
}

void WriteClasses(const Seeds& seeds) {
  const auto engine = Prepared([](ModelSettings* rule) {
    rule->slices = {{"a"}};
    rule->drift.features = {"number"};
    rule->drift.first = 2;
    rule->aliases = {{"up", "UP"}};
  });
  TestEvent event = Prediction("a", "UP");
  event.scores = {{"UP", 0.75}, {"DOWN", 0.25}};
  event.segments = {{"a", "1"}};
  event.features = {{"number", 1.5}};
  engine->Post({event, Label("a", "DOWN"), Both("FLAT", "DOWN")});
  event.id = "b";
  engine->Post({event, Label("b", "UP"), Label("b", "DOWN")});
  seeds.WriteState("classes", engine.get());
  engine->Post({Both("one", "two"), Both("three", "four")});
  seeds.WriteState("marginals", engine.get());
}

void WriteOthers(const Seeds& seeds) {
  const auto no_change = [](ModelSettings*) {};
  auto engine = Prepared([](ModelSettings* rule) {
    rule->anomalies.metrics = {"mean_absolute_error"};
    rule->anomalies.min_history_ms = Engine::kHour;
  });
  engine->Post({Prediction("a", 1.5), Label("a", 1.25), Both(0.5, 3e300)});
  seeds.WriteState("regression", engine.get());
  for (int hour = 0; hour < 30; ++hour) {
    engine->Post({Both(0.5, 0.25 + hour % 5)});
    engine->Wait(Engine::kHour);
  }
  seeds.WriteState("anomalies", engine.get());

  engine = Prepared([](ModelSettings* rule) { rule->by_prediction = true; });
  engine->Post({Prediction("a", TestEvent::Set{"x", "y"}),
                Label("a", TestEvent::Set{"y", "z"}),
                Prediction("b", TestEvent::Set{"1", "2", "3", "4", "5"})});
  seeds.WriteState("multilabel", engine.get());

  engine = Prepared(no_change);
  engine->Post({Label("a", 1.0), Label("b", 0.0)});
  seeds.WriteState("open_task", engine.get());
  seeds.WriteState("nothing", Prepared(no_change).get());
}

// Samples of all kinds of records.
void WriteRecords(const Seeds& seeds) {
  Engine engine;
  std::mt19937 random(1);
  SmallWorld(true, &engine);
  for (int group = 0; group < 120; ++group) RandomGroup(&random, &engine);
  std::set<uint8_t> kinds;
  size_t written = 0;
  for (const std::string& record : engine.journal.records) {
    constexpr size_t kKind = 16;  // after time and count
    const bool is_new =
        kinds.insert(static_cast<uint8_t>(record[kKind])).second;
    if (written < 8 || is_new) {
      seeds.Write("group", std::to_string(written++), record);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: write_seeds DIRECTORY FORMAT\n";
    return 2;
  }
  const Seeds seeds(argv[1], argv[2]);
  WriteBinary(seeds);
  WriteClasses(seeds);
  WriteOthers(seeds);
  WriteRecords(seeds);
  return 0;
}
