// StoredShape: what the owner of windows says of them when they are stored.

#pragma once

#include <cstdint>
#include <functional>

#include "core/window/observation.h"
#include "core/window/slot.h"

namespace plumbline {

struct StoredShape {
  uint32_t matrix = 0;     // cells of a slot
  uint32_t marginals = 0;  // likewise
  // To load.
  uint64_t generation = 0;  // of the gate, which is open
  // Whether there can be such counts, and such a pair.
  std::function<bool(const SlotCounts&)> are_sound;
  std::function<bool(const Observation&)> is_sound;
};

}  // namespace plumbline
