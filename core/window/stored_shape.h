// StoredShape: what the owner of windows tells their load and save functions.

#pragma once

#include <cstdint>
#include <functional>

#include "core/codec/archive.h"
#include "core/window/observation.h"
#include "core/window/part_gaps.h"
#include "core/window/slot.h"

namespace plumbline {

struct StoredShape {
  uint32_t matrix = 0;     // cells of a slot
  uint32_t marginals = 0;  // cells of a slot
  // Used by saves only. Null if not wanted.
  PartPlaces* places = nullptr;  // notes where large parts are
  PartGaps* gaps = nullptr;      // leaves out large parts
  // Used by loads only.
  uint64_t generation = 0;  // of the seqlock, which is open
  // Checks of loaded counts, and of a loaded pair.
  std::function<bool(const SlotCounts&)> are_sound;
  std::function<bool(const Observation&)> is_sound;
};

// Saves a large part by `write`, unless an earlier image has it; see
// part_gaps.h.
template <class Write>
void SavePart(Save& save, const StoredShape& shape, const void* part,
              uint64_t stamp, const Write& write) {
  const size_t at = save.size();
  if (shape.gaps != nullptr) {
    const uint32_t size = shape.gaps->LeaveOut(part, stamp, at);
    if (size > 0) return save.LeaveOut(size);
  }
  write();
  if (shape.places == nullptr) return;
  shape.places->parts.push_back({part, static_cast<uint32_t>(at),
                                 static_cast<uint32_t>(save.size() - at)});
}

}  // namespace plumbline
