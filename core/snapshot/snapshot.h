// What exporters see of the state: plain values, each of one moment.
//
// The totals of a model and all its versions are of one moment, and so is each
// window; see core/sync/gate.h. Whatever was answered before a snapshot
// began is in it.

#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/detect/change.h"
#include "core/model/published.h"
#include "core/window/slot.h"

namespace plumbline {

struct WindowSnapshot {
  WindowSettings settings;
  SlotCounts counts;
  Slice::Labels segment;                 // empty: of all pairs of the version
  std::vector<ExpectedFigure> expected;  // of those, from history
  // Of those, in a time window, once there is one.
  std::shared_ptr<const DriftReference> drift_reference;
  std::shared_ptr<const Calibration> calibration;  // likewise
};

struct VersionSnapshot {
  std::string name;
  uint32_t owner = 0;  // its number, never used again
  std::array<uint64_t, kVersionCounts> counts{};
  std::vector<uint64_t> outcomes;       // by CellOf(); see ModelSnapshot
  std::vector<uint64_t> withdrawn;      // likewise
  std::vector<WindowSnapshot> windows;  // then those of its slices, by segment
};

struct DetectorSnapshot {
  DetectorKind kind;
  uint64_t worse;          // changes found
  uint64_t better;         // likewise
  int64_t last_change_ms;  // 0 before the first
  Change last_change;      // then
  Evidence evidence;       // threshold 0: there is none yet
};

// Those that the version has.
std::vector<DetectorSnapshot> DetectorsOf(const VersionSnapshot& version);

struct ModelSnapshot {
  std::string name;
  Task task = Task::kClassification;  // nothing where it is open
  std::vector<std::string> classes;   // those that are shown
  // From the classes of the model to those. Empty where they are the same.
  ClassMap class_map;
  std::optional<std::string> positive_class;
  PositiveOrigin positive_origin = PositiveOrigin::kNone;
  TaskOrigin task_origin = TaskOrigin::kConfigured;
  int64_t task_since_ms = 0;     // 0: not known any more
  double min_coverage = 0;       // as configured
  double anomaly_threshold = 0;  // likewise
  ThresholdPlaces thresholds;
  // A classifier's; with more classes than the limit, cells are no longer kept.
  bool has_matrix = true;
  std::array<uint64_t, kModelCounts> counts{};
  std::vector<VersionSnapshot> versions;  // by name
};

// [Any thread] Calls `visit` for each model, by name.
void VisitModels(const PublishedState& state, int64_t now_ms,
                 const std::function<void(const ModelSnapshot&)>& visit);

// [Any thread]
std::optional<ModelSnapshot> SnapshotOf(const PublishedState& state,
                                        std::string_view model, int64_t now_ms);

// [Writer] At a moment since which nothing has come to its windows: not at that
// of its last change, which is where the clock of others may have moved it.
// Without slices.
ModelSnapshot SnapshotAt(const PublishedModel& model, int64_t then_ms);

// [Any thread] How far back a resend is still recognised, in milliseconds.
int64_t ResendProtectionMs(const PublishedState& state, int64_t now_ms);

}  // namespace plumbline
