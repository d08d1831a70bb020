// The counts of windows to bytes and back. See core/codec/archive.h.

#include <algorithm>
#include <memory>
#include <vector>

#include "core/codec/archive.h"
#include "core/settings/settings_range.h"
#include "core/window/series.h"

namespace plumbline {
namespace {

// Least bytes of a stored slot. It limits the memory that damaged bytes can
// allocate.
constexpr size_t kLeastSlotBytes = 4;

bool AreZero(const std::vector<uint64_t>& cells) {
  return std::all_of(cells.begin(), cells.end(),
                     [](uint64_t n) { return n == 0; });
}

void SaveSlot(Save& save, const Slot<StdAtomics>& slot,
              const StoredShape& shape, SlotCounts* scratch) {
  SavePart(save, shape, &slot, slot.Stamp(), [&] {
    SlotCounts& counts = *scratch;
    counts.Reset(shape.matrix, shape.marginals);
    slot.CopyTo(&counts);
    for (auto* cells : {&counts.matrix, &counts.marginals}) {
      if (AreZero(*cells)) cells->clear();
    }
    counts.Fields(save);
  });
}

void LoadSlot(Load& load, const StoredShape& shape, int64_t last,
              Slot<StdAtomics>* slot) {
  SlotCounts counts;
  counts.epoch = kNoEpoch;
  counts.Reset(shape.matrix, shape.marginals);
  counts.Fields(load);
  if (!load.ok() || counts.matrix.size() != shape.matrix ||
      counts.marginals.size() != shape.marginals || !shape.are_sound(counts)) {
    return load.Fail();
  }
  slot->Touch(shape.generation);
  slot->Restart(counts.epoch);
  slot->AddDense(counts);
  for (const SparseSection section : kAllSparse) {
    slot->Restore(section, counts.of(section), SizeOf(section, last));
  }
}

}  // namespace

template <class Archive>
void SparseCounts::Fields(Archive& archive) {
  std::vector<uint32_t> keys;
  std::vector<uint64_t> values;
  keys.reserve(entries.size());
  values.reserve(entries.size());
  for (const auto& [key, value] : entries) {
    keys.push_back(key);
    values.push_back(value);
  }
  archive.Part("counts by key", [&] {
    archive.Field(1, level);
    archive.Field(2, keys);
    archive.Field(3, values);
  });
  if constexpr (Archive::kLoads) {
    if (keys.size() != values.size()) return archive.Fail();
    for (size_t i = 0; i < keys.size(); ++i) {
      entries.emplace_back(keys[i], values[i]);
    }
  }
}

template <class Archive>
void SlotCounts::Fields(Archive& archive) {
  constexpr size_t kFirstSection = 10;
  constexpr size_t kFirstSparse = 50;
  // An empty slot is stored without fields. (The slot of a last-N window has no
  // epoch either.)
  const auto has = [](uint64_t value) { return Archive::kLoads || value != 0; };
  archive.Part("a slot", [&] {
    if (Archive::kLoads || epoch != kNoEpoch) archive.Field(1, epoch);
    if (has(predictions)) archive.Field(2, predictions);
    if (has(labelled)) archive.Field(3, labelled);
    if (has(observations)) archive.Field(4, observations);
    archive.Field(5, matrix);
    archive.Field(6, marginals);
    for (size_t i = 0; i < kSections; ++i) {
      archive.Field(static_cast<uint8_t>(kFirstSection + i), sections[i]);
    }
    for (size_t i = 0; i < kSparseSections; ++i) {
      if (!Archive::kLoads && sparse[i].entries.empty()) continue;
      archive.Field(static_cast<uint8_t>(kFirstSparse + i),
                    [&] { sparse[i].Fields(archive); });
    }
  });
}

template <class Archive>
void Window::Fields(Archive& archive, const StoredShape& shape) {
  SlotCounts scratch;
  archive.Field(7, [&] {
    for (size_t i = 0; i < SlotCount(settings_) && archive.ok(); ++i) {
      if constexpr (Archive::kLoads) {
        LoadSlot(archive, shape, settings_.last, &slots_[i]);
      } else {
        SaveSlot(archive, slots_[i], shape, &scratch);
      }
    }
  });
  if (!last_n_) return;
  last_n_->Fields(archive);
  if constexpr (Archive::kLoads) {
    last_n_->ForEach([&](const Observation& o) {
      if (!shape.is_sound(o)) archive.Fail();
    });
  }
}

template <class Archive, class Settings>
void Series::Fields(Archive& archive, Settings& settings) {
  archive.Field(1, settings.name);
  archive.Field(2, settings.length_ms);
  archive.Field(3, settings.last);
  archive.Field(4, settings.slots);
  archive.Field(5, settings.by_prediction);
}

// True if a loaded window can be added. `bytes`: number of bytes left to load.
bool Series::CanHave(const WindowSettings& settings, size_t bytes) const {
  const auto& others = windows.Get();
  return IsInRange(settings) && others.size() < range::kMostWindows &&
         static_cast<size_t>(settings.slots) <= bytes / kLeastSlotBytes &&
         std::none_of(others.begin(), others.end(), [&](const Window* other) {
           return other->settings().SameAs(settings);
         });
}

void Series::SaveTo(Save& save, const StoredShape& shape) const {
  DoCount(save, windows.Get().size());
  for (Window* window : windows.Get()) {
    save.Part("a window", [&] {
      Fields(save, window->settings());
      save.Field(6, window->first_age());
      window->Fields(save, shape);
    });
  }
}

void Series::LoadFrom(Load& load, const StoredShape& shape) {
  for (uint64_t n = DoCount(load, 0); n > 0 && load.ok(); --n) {
    const size_t left = load.left();
    load.Part("a window", [&] {
      WindowSettings settings;
      uint32_t first_age = 0;
      Fields(load, settings);
      load.Field(6, first_age);
      if (!load.ok() || !CanHave(settings, left)) return load.Fail();
      auto window = std::make_unique<Window>(settings, first_age, sees_all_);
      window->Fields(load, shape);
      windows.Append(std::move(window));
    });
  }
}

}  // namespace plumbline
