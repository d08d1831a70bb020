// Loads the only YAML document of a file.

#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "config/loader.h"

namespace plumbline {

// A null node if there is none. nullopt, with a problem, if there are several
// or the document is malformed. Reads at most three documents: yaml-cpp finds
// endlessly many in some texts (", a").
std::optional<YAML::Node> LoadDocument(const std::string& text,
                                       std::vector<ConfigProblem>* problems);

}  // namespace plumbline
