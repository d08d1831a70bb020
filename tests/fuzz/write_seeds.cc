// Writes the seeds that are of the stored formats into corpus/group and
// corpus/state: write_seeds DIRECTORY FORMAT. They are what this version
// writes; those of former formats stay.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
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

// What each kind of model has, small enough to be changed byte by byte.
void WriteSmall(const Seeds& seeds) {
  const auto prepared = [](auto prepare) {
    auto engine = std::make_unique<Engine>();
    engine->settings.defaults.windows = {TimeWindow("1m", 60'000, 2),
                                         LastWindow(3)};
    engine->settings.matrix_classes = 3;
    prepare(&engine->settings.defaults);
    engine->Use();
    return engine;
  };
  auto engine = prepared([](ModelSettings* rule) {
    rule->thresholds = {{"0.5", 0.5}};
    rule->detectors = {AdwinSettings{}, PageHinkleySettings{}, DdmSettings{},
                       HddmSettings{}};
  });
  TestEvent scored = Prediction("a", "1");
  scored.score = 0.75;
  engine->Post({scored, Label("a", "0"), Label("early", "1"),
                Prediction("late", "0"), Both("1", "1")});
  seeds.WriteState("binary", engine.get());

  engine = prepared([](ModelSettings* rule) {
    rule->slices = {{"a"}};
    rule->drift.features = {"number"};
    rule->drift.first = 2;
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

  engine = prepared([](ModelSettings*) {});
  engine->Post({Prediction("a", 1.5), Label("a", 1.25), Both(0.5, 3e300)});
  seeds.WriteState("regression", engine.get());

  engine = prepared([](ModelSettings* rule) { rule->by_prediction = true; });
  engine->Post({Prediction("a", TestEvent::Set{"x", "y"}),
                Label("a", TestEvent::Set{"y", "z"}),
                Prediction("b", TestEvent::Set{"1", "2", "3", "4", "5"})});
  seeds.WriteState("multilabel", engine.get());

  engine = prepared([](ModelSettings*) {});
  engine->Post({Label("a", 1), Label("b", 0)});
  seeds.WriteState("open_task", engine.get());
  seeds.WriteState("nothing", prepared([](ModelSettings*) {}).get());
}

void WriteWorld(const Seeds& seeds) {
  Engine engine;
  std::mt19937 random(1);
  SmallWorld(true, &engine);
  for (int group = 0; group < 120; ++group) RandomGroup(&random, &engine);
  seeds.WriteState("world", &engine);
  const auto& records = engine.journal.records;
  const size_t count = std::min<size_t>(records.size(), 12);
  for (size_t i = 0; i < count; ++i) {
    seeds.Write("group", std::to_string(i), records[i]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: write_seeds DIRECTORY FORMAT\n";
    return 2;
  }
  const Seeds seeds(argv[1], argv[2]);
  WriteSmall(seeds);
  WriteWorld(seeds);
  return 0;
}
