// The page of all configuration keys.

#pragma once

#include <string>

namespace plumbline {

// Markdown, generated from the tables that read the configuration.
std::string ReferencePage();

}  // namespace plumbline
