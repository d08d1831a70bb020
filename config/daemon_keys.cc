#include "config/daemon_keys.h"

#include <algorithm>

#include "core/settings/settings_range.h"

namespace plumbline {
namespace {

using range::kDay;
using range::kKiB;
using range::kTiB;

using Row = Key<Config>;

// A number in Settings.
Row::Place<int64_t> Engine(int64_t Settings::*field) {
  return [field](Config& config) -> int64_t& { return config.engine.*field; };
}
Row::Place<bool> Engine(bool Settings::*field) {
  return [field](Config& config) -> bool& { return config.engine.*field; };
}

// The default is an hour, or the horizon if that is shorter.
Row LabelHorizon() {
  constexpr const char* kName = "label_horizon";
  const auto read = [](YamlMap* map, Config* config) {
    Settings& engine = config->engine;
    engine.label_horizon_ms =
        std::min(engine.label_horizon_ms, engine.horizon_ms);
    map->Duration(kName, range::kHorizonMs.least, engine.horizon_ms,
                  &engine.label_horizon_ms);
  };
  return {{kName, FormatDuration(Settings().label_horizon_ms),
           FormatDuration(range::kHorizonMs.least) + " to `join.horizon`",
           "how long a label waits for its prediction"},
          read};
}

Row Durability() {
  constexpr const char* kName = "durability";
  const auto read = [](YamlMap* map, Config* config) {
    map->Word(kName, {"process", "power", "memory"}, &config->durability);
  };
  return {
      {kName, Config().durability, WordRange({"process", "power", "memory"}),
       "what an answered event survives: [durability.md](durability.md). "
       "Needs a restart to change"},
      read};
}

}  // namespace

const Keys<Config>& JoinKeys() {
  static const Keys<Config> kKeys = {
      Row::Duration("horizon", range::kHorizonMs, Engine(&Settings::horizon_ms),
                    "how long a prediction waits for its label"),
      LabelHorizon(),
      Row::Size("max_bytes", range::kRememberedBytes, &Config::max_bytes,
                "limit of all remembered ids, on disk and in memory. Unused "
                "with durability memory"),
      Row::Size(
          "memory_bytes", range::kRememberedBytes, &Config::memory_bytes,
          "limit of the ids held in memory; the others are on disk. A change "
          "needs a restart. With durability memory it is the limit of "
          "all ids, and needs none"),
      Row::Either("when_full", {"evict_oldest", "reject"},
                  Engine(&Settings::evict_oldest),
                  "what happens to new ids when the limit is reached"),
      Row::Either("label_changes", {"correct", "ignore"},
                  Engine(&Settings::correct_labels),
                  "whether a later label corrects an earlier one"),
  };
  return kKeys;
}

const Keys<Config>& StorageKeys() {
  static const Keys<Config> kKeys = {
      Durability(),
      Row::Duration("retention", {kDay, 400 * kDay}, &Config::retention_ms,
                    "how long the history of figures is kept"),
      Row::Integer(
          "snapshots", {1, 1000}, &Config::snapshots,
          "how many copies of the store are kept; the oldest go first"),
  };
  return kKeys;
}

const Keys<Config>& LimitKeys() {
  static const Keys<Config> kKeys = {
      Row::Integer("models", range::kModels, Engine(&Settings::models),
                   "further models are rejected"),
      Row::Integer("versions_per_model", range::kVersionsPerModel,
                   Engine(&Settings::versions_per_model),
                   "versions of one model"),
      Row::Either("versions_when_full", {"retire_oldest", "reject"},
                  Engine(&Settings::retire_oldest_version),
                  "whether a new version beyond the limit retires the one "
                  "that has been silent for longest ([events.md](events.md))"),
      Row::Duration("retire_after", range::kRetireAfterMs,
                    Engine(&Settings::retire_after_ms),
                    "a model or version without any event for this long is "
                    "retired"),
      Row::Integer("classes", range::kClasses, Engine(&Settings::classes),
                   "classes of one model"),
      Row::Integer("matrix_classes", range::kMatrixClasses,
                   Engine(&Settings::matrix_classes),
                   "a model with more classes keeps counts of each class, and "
                   "no confusion matrix"),
      Row::Integer("segments_per_model", range::kSegmentsPerModel,
                   Engine(&Settings::segments_per_model),
                   "further segments are counted as `__other__`"),
      Row::Size("window_bytes", range::kWindowBytes,
                Engine(&Settings::window_bytes), "memory of all windows"),
      Row::Integer(
          "connections", {1, 10'000}, &Config::connections,
          "connections of the ingest listener that have a thread. Others "
          "wait ([hardening.md](hardening.md)). A change holds from "
          "the next start"),
      Row::Size("in_flight_bytes", {kKiB, kTiB}, &Config::in_flight_bytes,
                "bodies of all requests that are being answered"),
      Row::Size("body_bytes", {1, kTiB / 1024}, &Config::body_bytes,
                "a body as it is sent"),
      Row::Size("unpacked_body_bytes", {1, kTiB / 1024},
                &Config::unpacked_body_bytes, "a body after decompression"),
      Row::Integer("events_per_request", {1, 10'000'000},
                   &Config::events_per_request, "events of one body"),
      Row::Duration("future", {0, 365 * kDay}, &Config::future_ms,
                    "a timestamp further ahead of the clock is rejected"),
  };
  return kKeys;
}

}  // namespace plumbline
