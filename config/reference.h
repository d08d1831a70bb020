// The page that lists every key of the configuration.

#pragma once

#include <string>

namespace plumbline {

// Markdown, made from the tables that read the configuration.
std::string ReferencePage();

}  // namespace plumbline
