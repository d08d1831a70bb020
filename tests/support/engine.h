// The core for tests: events as literals, and a clock that the test sets.

#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/engine/journal.h"
#include "core/engine/pipeline.h"
#include "core/snapshot/figures.h"
#include "core/snapshot/snapshot.h"

namespace plumbline {

// An event, as a test writes it.
struct TestEvent {
  using Set = std::vector<std::string>;
  using Value = std::variant<std::monostate, std::string, int, double, Set>;

  std::string model = "m";
  std::string version = "1";
  std::string id = {};
  Value prediction = {};
  Value label = {};
  std::optional<double> timestamp = std::nullopt;  // seconds
  std::optional<double> score = std::nullopt;
  double latency = -1;
  std::vector<std::pair<std::string, std::string>> segments = {};
  std::vector<std::pair<std::string, double>> scores = {};
  // Numbers, texts, or missing values; empty: an event without features.
  std::vector<std::pair<std::string, DriftValue>> features = {};
};

inline TestEvent Prediction(std::string id, TestEvent::Value value,
                            std::string version = "1") {
  return {.version = std::move(version),
          .id = std::move(id),
          .prediction = std::move(value)};
}
inline TestEvent Label(std::string id, TestEvent::Value value,
                       std::optional<double> timestamp = std::nullopt) {
  return {.version = "",
          .id = std::move(id),
          .label = std::move(value),
          .timestamp = timestamp};
}
inline TestEvent Both(TestEvent::Value prediction, TestEvent::Value label,
                      std::string id = "") {
  return {.id = std::move(id),
          .prediction = std::move(prediction),
          .label = std::move(label)};
}

inline EventBatch Batch(const std::vector<TestEvent>& events) {
  EventBatch batch;
  const auto read = [&batch](const TestEvent::Value& value, ValueKind* kind,
                             uint64_t* bits) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      *kind = ValueKind::kText;
      *bits = batch.names.Add(*text);
    } else if (const auto* integer = std::get_if<int>(&value)) {
      *kind = ValueKind::kInteger;
      *bits = static_cast<uint64_t>(int64_t{*integer});
    } else if (const auto* real = std::get_if<double>(&value)) {
      *kind = ValueKind::kReal;
      *bits = std::bit_cast<uint64_t>(*real);
    } else if (const auto* set = std::get_if<TestEvent::Set>(&value)) {
      *kind = ValueKind::kSet;
      *bits = Range{static_cast<uint32_t>(batch.classes.size()),
                    static_cast<uint32_t>(set->size())}
                  .bits();
      for (const std::string& name : *set) {
        batch.classes.push_back(batch.names.Add(name));
      }
    }
  };
  for (const TestEvent& e : events) {
    Event& event = batch.events.emplace_back();
    event.model = batch.names.Add(e.model);
    event.version = batch.names.Add(e.version);
    event.index = static_cast<uint32_t>(batch.events.size() - 1);
    event.has_id = !e.id.empty();
    event.id_hi = std::hash<std::string>{}(e.id) * 0x9e3779b97f4a7c15;
    event.id_lo = std::hash<std::string>{}("lo" + e.id) * 0xbf58476d1ce4e5b9;
    if (e.score) batch.AddExtra(&event).score = *e.score;
    if (e.latency >= 0) batch.AddExtra(&event).latency = e.latency;
    if (!e.scores.empty()) {
      batch.AddExtra(&event).scores = {
          static_cast<uint32_t>(batch.class_scores.size()),
          static_cast<uint32_t>(e.scores.size())};
      for (const auto& [name, score] : e.scores) {
        batch.class_scores.push_back({batch.names.Add(name), score});
      }
    }
    if (!e.segments.empty()) {
      batch.AddExtra(&event).segments = {
          static_cast<uint32_t>(batch.segments.size()),
          static_cast<uint32_t>(e.segments.size())};
      for (const auto& [key, value] : e.segments) {
        const uint32_t name = batch.names.Add(key);
        batch.segments.push_back({name, batch.names.Add(value)});
      }
    }
    if (!e.features.empty()) {
      Extra& extra = batch.AddExtra(&event);
      extra.has_features = true;
      extra.features = {static_cast<uint32_t>(batch.features.size()),
                        static_cast<uint32_t>(e.features.size())};
    }
    for (const auto& [name, value] : e.features) {
      Feature& feature = batch.features.emplace_back();
      feature.name = batch.names.Add(name);
      if (const auto* number = std::get_if<double>(&value)) {
        feature.kind = ValueKind::kReal;
        feature.value = std::bit_cast<uint64_t>(*number);
      } else if (const auto* text = std::get_if<std::string_view>(&value)) {
        feature.kind = ValueKind::kText;
        feature.value = batch.names.Add(*text);
      }
    }
    if (e.timestamp) {
      event.timestamp_us = static_cast<int64_t>(*e.timestamp * 1e6);
    }
    read(e.prediction, &event.prediction_kind, &event.prediction);
    read(e.label, &event.label_kind, &event.label);
  }
  return batch;
}

// Keeps its records in memory; refuses them on demand.
class MemoryJournal : public Journal {
 public:
  Appended Append(std::string_view record) override {
    if (fails) return failure;
    records.emplace_back(record);
    return Appended::kStored;
  }
  bool fails = false;
  Appended failure = Appended::kNotStored;
  std::vector<std::string> records;
};

inline WindowSettings TimeWindow(std::string name, int64_t length_ms,
                                 int64_t slots = 60) {
  return {std::move(name), length_ms, 0, slots};
}
inline WindowSettings LastWindow(int64_t n) {
  return {"last_" + std::to_string(n), 0, n, 0};
}

class Engine {
 public:
  static constexpr int64_t kMinute = 60'000;
  static constexpr int64_t kHour = 60 * kMinute;
  static constexpr int64_t kDay = 24 * kHour;

  Engine() : pipeline(&journal) {
    settings.defaults.windows = {TimeWindow("1h", kHour), LastWindow(10)};
    Use();
  }

  // Applies `settings`.
  bool Use() { return Do(Command{settings}).done; }

  Outcome Do(const Command& command) {
    Outcome outcome;
    status = pipeline.Commit(command, now_ms, &outcome);
    return outcome;
  }
  BatchOutcome Post(const std::vector<TestEvent>& events) {
    return Do(Command{Batch(events)}).batch;
  }
  // Advances time, with the daemon's ticks.
  void Wait(int64_t ms) {
    now_ms += ms;
    Do(Command{Tick{}});
  }

  bool Has(const std::string& model) const {
    return SnapshotOf(pipeline.state(), model, now_ms).has_value();
  }
  ModelSnapshot Model(const std::string& model = "m") const {
    return *SnapshotOf(pipeline.state(), model, now_ms);
  }
  uint64_t Count(ModelCount which) const { return Model().counts[which]; }
  uint64_t Count(VersionCount which, const std::string& version = "1") const {
    return FindVersion(version).counts[which];
  }
  VersionSnapshot FindVersion(const std::string& version = "1",
                              const std::string& model = "m") const {
    for (const VersionSnapshot& v : Model(model).versions) {
      if (v.name == version) return v;
    }
    return {};
  }
  // `segment`: of a slice; empty for the whole version.
  WindowSnapshot FindWindow(const std::string& window,
                            const std::string& version = "1",
                            const Slice::Labels& segment = {}) const {
    for (const WindowSnapshot& w : FindVersion(version).windows) {
      if (w.settings.name == window && w.segment == segment) return w;
    }
    return {};
  }
  SlotCounts Window(const std::string& window,
                    const std::string& version = "1") const {
    return FindWindow(window, version).counts;
  }
  // The figure of a window by the API's name, or nullopt.
  std::optional<double> Figure(const std::string& name,
                               const std::string& window,
                               const std::string& version = "1",
                               const Slice::Labels& segment = {}) const {
    // Outlives the figures, which are views into it.
    const ModelSnapshot model = Model();
    const auto figures = FiguresOf(model, FindWindow(window, version, segment));
    for (const NamedFigure& figure : figures) {
      std::string full = ApiName(figure);
      if (figure.label != "average" && !figure.label.empty()) {
        full += "_" + std::string(figure.value_of_label);
      }
      if (full == name) return figure.value;
    }
    return std::nullopt;
  }
  // The number of pairs in a window with this label and prediction.
  uint64_t Cell(const std::string& window, const std::string& actual,
                const std::string& predicted,
                const std::string& version = "1") const {
    const ModelSnapshot model = Model();
    const auto index = [&model](const std::string& name) {
      return static_cast<uint32_t>(
          std::find(model.classes.begin(), model.classes.end(), name) -
          model.classes.begin());
    };
    const SlotCounts counts = Window(window, version);
    const uint32_t cell = CellOf(index(actual), index(predicted));
    return cell < counts.matrix.size() ? counts.matrix[cell] : 0;
  }
  int64_t remembered() const {
    return pipeline.state().gauges().remembered_bytes.load() /
           PairTable::kBytesPerRecord;
  }

  int64_t now_ms = 1'700'000'000'000;
  Settings settings;
  MemoryJournal journal;
  Pipeline pipeline;
  Pipeline::Status status = Pipeline::Status::kApplied;
};

// Everything that readers can see, as text. Equal states have equal texts.
std::string Describe(const State& state, int64_t now_ms);

}  // namespace plumbline
