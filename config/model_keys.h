// The keys of an entry of `models`.

#pragma once

#include <cstddef>

#include "config/config.h"
#include "config/keys.h"

namespace plumbline {

// An entry of `models` while it is read.
struct ModelEntry {
  ModelSettings model;
  Config* config = nullptr;  // takes objectives and notes
  size_t index = 0;          // within `models`
  bool is_reachable = true;  // some model's first match can be this entry
};

const Keys<ModelEntry>& ModelKeys();

// The key `models` of the whole file.
void ReadModels(YamlMap* root, Config* config);

}  // namespace plumbline
