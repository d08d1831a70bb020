// Serialises one version: its counts, detectors, windows and slices.

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/model/sound_windows.h"
#include "core/model/state.h"
#include "core/model/stored_parts.h"

namespace plumbline {
namespace {

// What format 8 has of these counts.
constexpr size_t kFormerCounts = 6;  // before the histogram
constexpr size_t kFormerDetectors = 4;

template <class Archive>
void DoCounts(Archive& archive, Version& version) {
  if constexpr (Archive::kLoads) {
    if (archive.is_former()) {
      LoadRow(archive, &version.counts[0], kFormerCounts);
      LoadRow(archive, &version.counts[kLatency],
              HistogramCells(kLatencyBounds));
      LoadRow(archive, &version.counts[kDetection],
              kFormerDetectors * kDetectorCounts);
    }
  }
  archive.Added(
      3, [&] { DoRow(archive, version.counts.data(), size_t{kLatency}); });
  archive.Added(4, [&] {
    DoHistogram(archive, kLatencyBounds, &version.counts[kLatency]);
  });
  archive.Added(5, [&] {
    archive.Part("the counts of detectors", [&] {
      for (size_t kind = 0; kind < kDetectors; ++kind) {
        archive.Field(static_cast<uint8_t>(1 + kind), [&] {
          DoRow(archive, &version.counts[kDetection + kind * kDetectorCounts],
                size_t{kDetectorCounts});
        });
      }
    });
  });
}

void LoadWindows(Load& load, Model* model, Series* series) {
  StoredShape shape = StoredShapeOf(*model);
  shape.generation = model->seqlock.Open(0);
  series->LoadFrom(load, shape);
  if (load.is_former() && load.ok() && model->task == Task::kRegression) {
    RecountErrorSums(*model, shape.generation, series);
  }
  model->seqlock.Close();
}

// The sums of a version outside its windows.
template <class Archive>
void DoSums(Archive& archive, const Model& model, Version& version) {
  const StoredShape shape = StoredShapeOf(model);
  archive.Field(13, [&] { version.age_counts->Fields(archive); });
  archive.Field(14, [&] { DoCells(archive, version.outcomes, shape.matrix); });
  archive.Field(15, [&] { DoCells(archive, version.withdrawn, shape.matrix); });
}

}  // namespace

StoredShape StoredShapeOf(const Model& model) {
  const uint32_t frozen_at =
      model.matrix_frozen_at.load(std::memory_order_relaxed);
  StoredShape shape;
  shape.matrix = Model::MatrixCells(model.task, model.class_count(), frozen_at);
  shape.marginals =
      Model::MarginalCells(model.task, model.class_count(), frozen_at);
  shape.are_sound = [&model](const SlotCounts& counts) {
    return IsSound(counts, model.class_count());
  };
  shape.is_sound = [&model](const Observation& o) { return IsSound(o, model); };
  return shape;
}

void State::SaveVersion(Save& save, const Model& model, Version& version,
                        const StoredShape& shape) const {
  save.Part("a version", [&] {
    save.Field(1, version.name);
    save.Field(2, version.owner);
    DoCounts(save, version);
    save.Field(9, version.last_event_ms);
    save.Field(10, [&] { version.detectors.Fields(save); });
    save.Field(11, [&] {
      SavePart(save, shape, &version.figures, version.figures_stamp,
               [&] { version.figures.Fields(save); });
    });
    save.Field(12, [&] { version.drift.Fields(save, nullptr); });
    DoSums(save, model, version);
    save.Field(16, [&] { version.series.SaveTo(save, shape); });
    save.Field(17, [&] {
      DoCount(save, version.slices.Get().size());
      for (Slice* slice : version.slices.Get()) {
        save.Part("a slice", [&] {
          save.Field(1, slice->segment);
          save.Field(2, [&] { slice->series.SaveTo(save, shape); });
        });
      }
    });
    save.Field(18, [&] { version.estimates.Fields(save); });
  });
}

void State::LoadSlices(Load& load, Model* model, Version* version) {
  auto segments = model->slicing.LabelsBySegment();  // segments without a slice
  std::vector<std::unique_ptr<Slice>> slices;
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    load.Part("a slice", [&] {
      uint32_t number = 0;
      load.Field(1, number);
      const auto segment = segments.extract(number);
      if (segment.empty()) return load.Fail();
      slices.push_back(
          std::make_unique<Slice>(number, *segment.mapped(), &reclaimer_));
      load.Field(2, [&] { LoadWindows(load, model, &slices.back()->series); });
    });
  }
  version->slices.AppendAll(std::move(slices));
}

void State::LoadVersion(Load& load, Model* model) {
  std::string name;
  uint32_t owner = 0;
  load.Field(1, name);
  load.Field(2, owner);
  const auto& others = model->versions.Get();
  if (!others.empty() && others.back()->name >= name) return load.Fail();
  Version* version = model->versions.Append(
      std::make_unique<Version>(name, owner, commons(), &model->records));
  if (!TakeOwner(owner, {version->age_counts.get(), model, version})) {
    return load.Fail();
  }
  const ModelSettings& rule = settings_->For(model->name);
  DoCounts(load, *version);
  load.Field(9, version->last_event_ms);
  model->ConfigureDetectors(rule, version, 0);
  load.Field(10, [&] { version->detectors.Fields(load); });
  load.Field(11, [&] { version->figures.Fields(load); });
  // Publishes nothing of a damaged image.
  if (!load.ok()) return;
  version->figures.Publish(&reclaimer_);
  load.Field(12, [&] { version->drift.Fields(load, &reclaimer_); });
  DoSums(load, *model, *version);
  if (!load.ok() || !AreTimesSound(*version)) return load.Fail();
  load.Field(16, [&] { LoadWindows(load, model, &version->series); });
  load.Field(17, [&] { LoadSlices(load, model, version); });
  version->estimates.Configure(model->IsEstimated(rule), version->series, 0);
  Touch(model, version);
  load.Field(18, [&] { version->estimates.Fields(load); });
}

void State::LoadVersions(Load& load, Model* model) {
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    load.Part("a version", [&] { LoadVersion(load, model); });
  }
}

}  // namespace plumbline
