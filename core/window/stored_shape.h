// StoredShape: what the owner of windows tells their load and save functions.

#pragma once

#include <cstdint>
#include <functional>

#include "core/window/observation.h"
#include "core/window/slot.h"
#include "core/window/slot_gaps.h"

namespace plumbline {

struct StoredShape {
  uint32_t matrix = 0;     // cells of a slot
  uint32_t marginals = 0;  // cells of a slot
  // Used by saves only. Null if not wanted.
  SlotPlaces* places = nullptr;  // notes where the slots are
  SlotGaps* gaps = nullptr;      // leaves out slots
  // Used by loads only.
  uint64_t generation = 0;  // of the seqlock, which is open
  // Checks of loaded counts, and of a loaded pair.
  std::function<bool(const SlotCounts&)> are_sound;
  std::function<bool(const Observation&)> is_sound;
};

}  // namespace plumbline
