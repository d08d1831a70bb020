// The key `detectors` of a model.

#pragma once

#include "config/yaml_reader.h"
#include "core/detect/change.h"

namespace plumbline {

// With the key, those that it names, with what they leave out as the default;
// without it the default alone.
void ReadDetectors(YamlMap* model, std::vector<ConfigProblem>* problems,
                   DetectorSettings* detectors);

}  // namespace plumbline
