// The key `drift` of a model.

#pragma once

#include <vector>

#include "config/keys.h"
#include "core/settings/settings.h"

namespace plumbline {

void ReadDrift(YamlMap* model, DriftSettings* drift);
const Keys<DriftSettings>& DriftKeys();

}  // namespace plumbline
