// The key `slices` of an entry of `models`.

#pragma once

#include "config/yaml_reader.h"
#include "core/settings/settings.h"

namespace plumbline {

// A list of lists of different segment keys.
void ReadSlices(YamlMap* map, ModelSettings* model);

}  // namespace plumbline
