// The key `thresholds` of an entry of `models`.

#pragma once

#include "config/yaml_reader.h"
#include "core/settings/settings.h"

namespace plumbline {

void ReadThresholds(YamlMap* map, ModelSettings* model);

}  // namespace plumbline
