// The key of an id of a model.

#pragma once

#include <cstdint>

#include "core/pairs/record.h"

namespace plumbline {

// `model`: its number. `id_hi`, `id_lo`: the keyed hash of the id.
inline PairKey PairKeyOf(uint32_t model, uint64_t id_hi, uint64_t id_lo) {
  constexpr uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;
  return {id_hi + model * kGoldenRatio, id_lo};
}

}  // namespace plumbline
