// The content of a store as one string: an image of a state, and pairs. The
// seeds of state_fuzz have this format, and tests read them.

#pragma once

#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/codec/archive.h"
#include "core/engine/checkpoint.h"
#include "core/pairs/record.h"

namespace plumbline {

struct StoredState {
  StateImage image;
  std::vector<Record> pairs;  // their keys are not stored
};

inline std::string Encode(const StoredState& stored) {
  std::string bytes;
  Save save(&bytes);
  save.Text(stored.image.head);
  save.Do(static_cast<uint16_t>(stored.image.models.size()));
  for (const auto& [number, model] : stored.image.models) {
    save.Do(number);
    save.Text(model);
  }
  for (const Record& record : stored.pairs) save.Do(record);
  return bytes;
}

// Decodes as much as the bytes hold.
inline StoredState DecodeStored(std::string_view bytes) {
  StoredState stored;
  Load load(bytes);
  load.Text(stored.image.head);
  uint16_t models = 0;
  load.Do(models);
  for (; models > 0 && load.ok(); --models) {
    uint32_t number = 0;
    load.Do(number);
    load.Text(stored.image.models[number]);
  }
  while (load.ok() && load.left() >= sizeof(Record)) {
    load.Do(stored.pairs.emplace_back());
  }
  return stored;
}

}  // namespace plumbline
