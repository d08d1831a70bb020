// Which version and window of a model are asked for, and what there is instead
// of those that there are not.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/snapshot/snapshot.h"

namespace plumbline {

struct Choice {
  std::optional<std::string> version;  // missing: all
  std::optional<std::string> window;   // likewise; any spelling of its length

  bool Has(const VersionSnapshot& v) const {
    return !version || v.name == *version;
  }
  bool Has(const WindowSnapshot& w) const;
};

// What is wrong with the version, or nothing.
std::string CheckVersion(const Choice& choice, const ModelSnapshot& model);
// The same of the window; a model without versions has no windows yet.
std::string CheckWindow(const Choice& choice, const ModelSnapshot& model);

// For a model that there is not.
std::string NoSuchModel(const PublishedState& state, const std::string& name);

}  // namespace plumbline
