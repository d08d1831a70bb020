// The keys `classes`, `positive_class` and `aliases` of an entry of `models`.

#pragma once

#include <vector>

#include "config/config.h"
#include "config/yaml_reader.h"

namespace plumbline {

// Classes are read in their one spelling; see core/settings/class_text.h. Where
// that is not as the file has it, there is a note.
void ReadClassSettings(YamlMap* map, ModelSettings* model,
                       std::vector<ConfigNote>* notes);

}  // namespace plumbline
