// The one YAML document of a file.

#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

#include "config/loader.h"

namespace plumbline {

// Null if there is none; a problem if there are more, or it is malformed:
// nullopt then. Reads three documents at most: yaml-cpp finds ever more of
// them in some texts (", a").
std::optional<YAML::Node> LoadDocument(const std::string& text,
                                       std::vector<ConfigProblem>* problems);

}  // namespace plumbline
