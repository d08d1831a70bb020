// Snapshots: plain values that exporters read from the state.
//
// The totals of a model and all its versions are consistent at one moment, and
// so is each window; see core/sync/seqlock.h. A snapshot contains everything
// that was answered before it began.

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
  Slice::Labels segment;                 // empty: all pairs of the version
  std::vector<ExpectedFigure> expected;  // of all pairs, from history
  // For all pairs in a time window, once it exists.
  std::shared_ptr<const DriftReference> drift_reference;
  std::shared_ptr<const Calibration> calibration;  // the same
};

struct VersionSnapshot {
  std::string name;
  uint32_t owner = 0;  // never reused
  std::array<uint64_t, kVersionCounts> counts{};
  std::vector<uint64_t> outcomes;       // by CellOf(), if has_matrix
  std::vector<uint64_t> withdrawn;      // likewise
  std::vector<WindowSnapshot> windows;  // of all pairs, then by segment
};

struct DetectorSnapshot {
  DetectorKind kind;
  uint64_t worse;          // changes for the worse
  uint64_t better;         // changes for the better
  int64_t last_change_ms;  // 0 before the first
  Change last_change;      // at that time
  Evidence evidence;       // threshold 0: none yet
};

std::vector<DetectorSnapshot> DetectorsOf(const VersionSnapshot& version);

struct ModelSnapshot {
  std::string name;
  Task task = Task::kClassification;  // not meaningful while the task is open
  std::vector<std::string> classes;   // the classes shown
  // Maps the model's classes to the classes shown. Empty if they are the same.
  ClassMap class_map;
  std::optional<std::string> positive_class;
  PositiveOrigin positive_origin = PositiveOrigin::kNone;
  TaskOrigin task_origin = TaskOrigin::kConfigured;
  int64_t task_since_ms = 0;     // 0: unknown
  double min_coverage = 0;       // as configured
  double anomaly_threshold = 0;  // as configured
  ThresholdPlaces thresholds;
  // True for a classifier with at most as many classes as the limit of the
  // matrix.
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

// [Writer] The windows as they stood at `then_ms`, without slices. That is not
// the time of the last change, which events of other models may have moved.
// REQUIRES: nothing was published to the windows since `then_ms`.
ModelSnapshot SnapshotAt(const PublishedModel& model, int64_t then_ms);

// [Any thread] The age up to which a resend is still recognised, in
// milliseconds.
int64_t ResendProtectionMs(const PublishedState& state, int64_t now_ms);

}  // namespace plumbline
