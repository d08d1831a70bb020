#include "core/snapshot/snapshot.h"

#include <algorithm>
#include <bit>

namespace plumbline {
namespace {

// The structure of a model: how much there is to read, and how. A read is
// complete if the structure is the same at its start and end.
struct Structure {
  const std::vector<PublishedVersion*>* versions;
  Task task;  // changes only before the first version
  uint32_t classes;
  uint32_t frozen_at;
  const std::string* positive_class;
  const ThresholdPlaces* thresholds;
  const ClassMap* class_map;
  std::vector<const void*> references;  // of drift; by version

  explicit Structure(const PublishedModel& model)
      : versions(&model.versions.Get()),
        // Relaxed: it publishes only itself.
        task(model.published_task.load(std::memory_order_relaxed)),
        classes(model.class_count()),
        // Acquire: sees the classes added before.
        frozen_at(model.matrix_frozen_at.load(std::memory_order_acquire)),
        positive_class(model.positive_class.Get()),
        thresholds(model.thresholds.Get()),
        class_map(model.class_map.Get()) {
    for (const PublishedVersion* version : *versions) {
      references.push_back(version->drift_reference.stamp());
    }
  }
  // The writer publishes a new class before the map that contains it.
  bool IsComplete() const {
    return class_map == nullptr || class_map->shown.size() == classes;
  }
  bool operator==(const Structure&) const = default;
};

void ReadTotals(const PublishedModel& model, const Structure& structure,
                uint32_t matrix_cells, ModelSnapshot* out) {
  const auto& versions = *structure.versions;
  out->versions.assign(versions.size(), {});
  for (VersionSnapshot& version : out->versions) {
    version.outcomes.resize(matrix_cells);
    version.withdrawn.resize(matrix_cells);
  }
  const auto stamp_of = [&](size_t i) {
    return i == 0 ? model.published.Stamp()
                  : versions[i - 1]->published.Stamp();
  };
  const auto copy = [&](size_t i) {
    if (i == 0) {
      model.published.CopyTo(&out->counts);
      return;
    }
    const PublishedVersion& version = *versions[i - 1];
    VersionSnapshot* snapshot = &out->versions[i - 1];
    version.published.CopyTo(&snapshot->counts);
    version.outcomes.CopyTo(matrix_cells, snapshot->outcomes.data());
    version.withdrawn.CopyTo(matrix_cells, snapshot->withdrawn.data());
  };
  Collect(model.seqlock, versions.size() + 1, stamp_of, copy);
}

// Merges the classes of the drift reference and of the calibration.
void UniteReferences(const ClassMap& map, WindowSnapshot* window) {
  if (window->drift_reference != nullptr) {
    auto reference = std::make_shared<DriftReference>(*window->drift_reference);
    UniteByClass(map, &reference->predictions);
    window->drift_reference = std::move(reference);
  }
  if (window->calibration == nullptr) return;
  auto calibration = std::make_shared<Calibration>(*window->calibration);
  const std::vector<CalibrationCurve>& of = window->calibration->curves;
  for (uint32_t c = 0; c < map.shown.size(); ++c) {
    const uint32_t from = EstimateBins::FieldOf(c);
    if (map.representative[c] != c || from >= of.size()) continue;
    calibration->curves[EstimateBins::FieldOf(map.shown[c])] = of[from];
  }
  window->calibration = std::move(calibration);
}

// Maps the model's classes to the classes shown.
void Unite(const ClassMap& map, ModelSnapshot* model) {
  std::vector<std::string> shown(map.shown_count);
  for (uint32_t c = 0; c < model->classes.size(); ++c) {
    if (map.representative[c] == c) shown[map.shown[c]] = model->classes[c];
  }
  model->classes = std::move(shown);
  for (VersionSnapshot& version : model->versions) {
    UniteMatrix(map, &version.outcomes);
    UniteMatrix(map, &version.withdrawn);
    for (WindowSnapshot& window : version.windows) {
      UniteClasses(map, &window.counts);
      UniteReferences(map, &window);
    }
  }
  model->class_map = map;
}

ModelSnapshot Read(const PublishedModel& model, int64_t now_ms,
                   bool exactly = false) {
  for (;;) {
    const Structure structure(model);
    ModelSnapshot out;
    out.name = model.name;
    out.task = structure.task;
    // Relaxed: these publish only themselves.
    constexpr auto relaxed = std::memory_order_relaxed;
    out.min_coverage = model.min_coverage.load(relaxed);
    out.anomaly_threshold = model.anomaly_threshold.load(relaxed);
    out.positive_origin = model.positive_origin.load(relaxed);
    out.task_origin = model.task_origin.load(relaxed);
    out.task_since_ms = model.published_task_since_ms.load(relaxed);
    out.has_matrix =
        out.task == Task::kClassification && structure.frozen_at == 0;
    const uint32_t matrix_cells = PublishedModel::MatrixCells(
        out.task, structure.classes, structure.frozen_at);
    const uint32_t marginal_cells = PublishedModel::MarginalCells(
        out.task, structure.classes, structure.frozen_at);
    ReadTotals(model, structure, matrix_cells, &out);
    for (size_t i = 0; i < out.versions.size(); ++i) {
      const PublishedVersion& version = *(*structure.versions)[i];
      out.versions[i].name = version.name;
      out.versions[i].owner = version.owner;
      const auto read = [&](const Series& series,
                            const Slice::Labels& segment) {
        for (const Window* window : series.windows.Get()) {
          auto& snapshot = out.versions[i].windows.emplace_back();
          snapshot.settings = window->settings();
          snapshot.segment = segment;
          snapshot.counts.Reset(matrix_cells, marginal_cells);
          window->Read(model.seqlock, now_ms, &snapshot.counts, exactly);
          if (segment.empty()) {
            snapshot.expected =
                version.expected_figures.Of(snapshot.settings.name, now_ms);
            if (snapshot.settings.last == 0) {
              snapshot.drift_reference = version.drift_reference.Get();
              snapshot.calibration =
                  version.published_estimates.CalibrationOf(snapshot.settings);
            }
          }
        }
      };
      read(version.series, {});
      // Historical reads skip slices.
      for (const Slice* slice : version.slices.Get()) {
        if (!exactly) read(slice->series, slice->labels);
      }
    }
    if (!structure.IsComplete() || !(Structure(model) == structure)) continue;
    for (const std::string* name : model.classes.Get()) {
      out.classes.push_back(*name);
    }
    out.classes.resize(structure.classes);
    if (structure.thresholds != nullptr) {
      out.thresholds = *structure.thresholds;
    }
    if (structure.positive_class != nullptr) {
      out.positive_class = *structure.positive_class;
    }
    if (structure.class_map != nullptr) Unite(*structure.class_map, &out);
    return out;
  }
}

}  // namespace

std::vector<DetectorSnapshot> DetectorsOf(const VersionSnapshot& version) {
  std::vector<DetectorSnapshot> detectors;
  for (size_t kind = 0; kind < kDetectors; ++kind) {
    const uint64_t* of = &version.counts[kDetection + kind * kDetectorCounts];
    const auto number = [of](DetectorCount count) {
      return std::bit_cast<double>(of[count]);
    };
    if (of[kIsOn] == 0) continue;
    detectors.push_back(
        {static_cast<DetectorKind>(kind),
         of[kWorse],
         of[kBetter],
         static_cast<int64_t>(of[kLastChangeMs]),
         {number(kErrorBefore), number(kErrorAfter)},
         {number(kDetectorStatistic), number(kDetectorThreshold)}});
  }
  return detectors;
}

void VisitModels(const PublishedState& state, int64_t now_ms,
                 const std::function<void(const ModelSnapshot&)>& visit) {
  const Reclaimer::Guard guard(state.reclaimer());
  for (const PublishedModel* model : state.models().Get())
    visit(Read(*model, now_ms));
}

ModelSnapshot SnapshotAt(const PublishedModel& model, int64_t then_ms) {
  return Read(model, then_ms, true);
}

std::optional<ModelSnapshot> SnapshotOf(const PublishedState& state,
                                        std::string_view model,
                                        int64_t now_ms) {
  const Reclaimer::Guard guard(state.reclaimer());
  for (const PublishedModel* candidate : state.models().Get()) {
    if (candidate->name == model) return Read(*candidate, now_ms);
  }
  return std::nullopt;
}

int64_t ResendProtectionMs(const PublishedState& state, int64_t now_ms) {
  constexpr auto relaxed = std::memory_order_relaxed;
  const PublishedState::Gauges& gauges = state.gauges();
  const int64_t since = now_ms - gauges.forgotten_until_ms.load(relaxed);
  return std::clamp<int64_t>(since, 0, gauges.horizon_ms.load(relaxed));
}

}  // namespace plumbline
