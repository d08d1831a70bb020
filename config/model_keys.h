// The keys of an entry of `models`.

#pragma once

#include <cstddef>

#include "config/config.h"
#include "config/keys.h"

namespace plumbline {

// An entry while it is read.
struct ModelEntry {
  ModelSettings model;
  Config* config = nullptr;  // takes objectives and notes
  size_t index = 0;          // in `models`
  bool is_reachable = true;  // some model can match it
};

const Keys<ModelEntry>& ModelKeys();

// The key `models` of the whole file.
void ReadModels(YamlMap* root, Config* config);

}  // namespace plumbline
