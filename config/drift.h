// The key `drift` of a model.

#pragma once

#include <vector>

#include "config/yaml_reader.h"
#include "core/settings/settings.h"

namespace plumbline {

void ReadDrift(YamlMap* model, std::vector<ConfigProblem>* problems,
               DriftSettings* drift);

}  // namespace plumbline
