// The keys `classes`, `positive_class` and `aliases` of an entry of `models`.

#pragma once

#include <vector>

#include "config/config.h"
#include "config/yaml_reader.h"

namespace plumbline {

// Classes are read in canonical spelling; see core/settings/class_text.h. A
// note reports each that the file spells differently.
void ReadClassSettings(YamlMap* map, ModelSettings* model,
                       std::vector<ConfigNote>* notes);

}  // namespace plumbline
