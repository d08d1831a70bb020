// What is counted in windows, as bytes and back.

#include <algorithm>
#include <memory>
#include <vector>

#include "core/engine/checkpoint_checks.h"
#include "core/engine/checkpoint_parts.h"
#include "core/metrics/regression.h"
#include "core/settings/settings_range.h"

namespace plumbline {

template <class Archive>
void Checkpoint::Do(Archive& archive, SparseCounts& counts) {
  archive.Do(counts.level);
  std::vector<uint32_t> keys;
  std::vector<uint64_t> values;
  for (const auto& [key, value] : counts.entries) {
    keys.push_back(key);
    values.push_back(value);
  }
  DoList(archive, keys);
  DoList(archive, values);
  if constexpr (Archive::kLoads) {
    if (keys.size() != values.size()) return archive.Fail();
    for (size_t i = 0; i < keys.size(); ++i) {
      counts.entries.emplace_back(keys[i], values[i]);
    }
  }
}

Checkpoint::Shape::Shape(const Model& of) : model(of) {
  const uint32_t frozen_at =
      model.matrix_frozen_at.load(std::memory_order_relaxed);
  matrix = Model::MatrixCells(model.task, model.class_count(), frozen_at);
  marginals = Model::MarginalCells(model.task, model.class_count(), frozen_at);
}

template <class Archive>
void Checkpoint::DoSlot(Archive& archive, Slot<StdAtomics>& slot,
                        const Shape& shape, int64_t last) {
  SlotCounts counts;
  counts.Reset(shape.matrix, shape.marginals);
  if constexpr (!Archive::kLoads) slot.CopyTo(&counts);
  archive.Do(counts.epoch);
  archive.Do(counts.predictions);
  archive.Do(counts.labelled);
  archive.Do(counts.observations);
  DoList(archive, counts.matrix);
  DoList(archive, counts.marginals);
  for (auto& section : counts.sections) DoList(archive, section);
  for (SparseCounts& section : counts.sparse) Do(archive, section);
  if constexpr (Archive::kLoads) {
    if (!archive.ok() || counts.matrix.size() != shape.matrix ||
        counts.marginals.size() != shape.marginals ||
        !IsSound(counts, shape.model.class_count(), last)) {
      return archive.Fail();
    }
    slot.Touch(shape.generation);
    slot.Restart(counts.epoch);
    slot.AddDense(counts);
    for (const SparseSection section : kAllSparse) {
      slot.Restore(section, counts.of(section), SizeOf(section, last));
    }
  }
}

template <class Archive>
void Checkpoint::DoWindowContent(Archive& archive, Window& window,
                                 const Shape& shape) {
  if (auto* ring = window.time()) {
    for (size_t i = 0; i < ring->size_ && archive.ok(); ++i) {
      DoSlot(archive, ring->slots_[i], shape, 0);
    }
    return;
  }
  auto& last = *window.last_n();
  DoSlot(archive, *last.slot_, shape, static_cast<int64_t>(last.n_));
  DoList(archive, last.ring_);
  archive.Do(last.pushed_);
  DoList(archive, last.numbers_);
  if constexpr (Archive::kLoads) {
    const size_t numbers = last.sees_all_ ? 0 : last.ring_.size();
    const bool sound =
        last.ring_.size() <= last.n_ && last.numbers_.size() == numbers &&
        std::all_of(last.ring_.begin(), last.ring_.end(),
                    [&](const auto& o) { return IsSound(o, shape.model); });
    if (!sound) archive.Fail();
  }
}

// Stores can be older than the scaling of squares that no double holds: what
// takes a pair out now would not take out what it brought then.
void Checkpoint::RecountErrorSums(const Model& model, uint64_t generation,
                                  LastNRing<StdAtomics>* ring) {
  constexpr SparseSection kSums = SparseSection::kErrorSums;
  Slot<StdAtomics>& slot = ring->slot(generation);
  SparseCounts counts;
  slot.CopyTo(kSums, &counts);
  if (!HasRoundedSquares(counts)) return;
  Tally tally;
  ring->ForEach(
      [&](const Observation& o) { tally.Recount(o, 1, model.counting); });
  slot.Clear(kSums);
  tally.ForEachErrorSum([&](uint32_t key, int64_t delta) {
    slot.Add(kSums, key, delta, SizeOf(kSums, static_cast<int64_t>(ring->n())));
  });
}

void Checkpoint::SaveWindows(Save& save, Series& series, const Shape& shape) {
  DoCount(save, series.windows.Get().size());
  for (Window* window : series.windows.Get()) {
    const WindowSettings& settings = window->settings();
    save.Text(settings.name);
    save.Do(settings.length_ms);
    save.Do(settings.last);
    save.Do(settings.slots);
    save.Do(settings.by_prediction);
    save.Do(window->first_age_);
    DoWindowContent(save, *window, shape);
  }
}

// Those of another window of the series.
WindowSettings Checkpoint::LoadWindowSettings(Load& load,
                                              const Series& series) {
  // Of a slot that is saved.
  constexpr size_t kLeastBytes = 100;
  WindowSettings settings;
  load.Text(settings.name);
  load.Do(settings.length_ms);
  load.Do(settings.last);
  load.Do(settings.slots);
  load.Do(settings.by_prediction);
  const auto& others = series.windows.Get();
  const bool sound =
      IsInRange(settings) && others.size() < range::kMostWindows &&
      static_cast<size_t>(settings.slots) <= load.left() / kLeastBytes &&
      std::none_of(others.begin(), others.end(), [&](const Window* other) {
        return other->settings().SameAs(settings);
      });
  if (!sound) load.Fail();
  return settings;
}

void Checkpoint::LoadWindows(Load& load, Model& model, Series& series,
                             Shape shape) {
  shape.generation = model.gate.Open(0);
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    const WindowSettings settings = LoadWindowSettings(load, series);
    uint32_t first_age = 0;
    load.Do(first_age);
    if (!load.ok()) break;
    auto window =
        std::make_unique<Window>(settings, first_age, series.sees_all_);
    DoWindowContent(load, *window, shape);
    auto* last_n = window->last_n();
    if (load.ok() && model.task == Task::kRegression && last_n != nullptr) {
      RecountErrorSums(model, shape.generation, last_n);
    }
    series.windows.Append(std::move(window));
  }
  model.gate.Close();
}

}  // namespace plumbline
