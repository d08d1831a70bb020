// The key `objectives` of an entry of `models`.

#pragma once

#include <cstddef>
#include <vector>

#include "config/config.h"
#include "config/keys.h"

namespace plumbline {

// `rule`: the index of the entry in `models`; `model`: its other settings.
void ReadObjectives(YamlMap* map, const ModelSettings& model, size_t rule,
                    Config* config);
const Keys<Objective>& ObjectiveKeys();

}  // namespace plumbline
