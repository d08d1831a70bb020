// The key `objectives` of an entry of `models`.

#pragma once

#include <cstddef>
#include <vector>

#include "config/config.h"
#include "config/yaml_reader.h"

namespace plumbline {

// `rule`: the place of the entry; `model`: what it says otherwise.
void ReadObjectives(YamlMap* map, const ModelSettings& model, size_t rule,
                    std::vector<ConfigProblem>* problems, Config* config);

}  // namespace plumbline
