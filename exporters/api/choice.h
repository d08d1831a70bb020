// The version and window of a request, and messages for unknown ones that list
// the known.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/snapshot/snapshot.h"

namespace plumbline {

struct Choice {
  std::optional<std::string> version;  // missing: all
  std::optional<std::string> window;   // missing: all; any spelling

  bool Has(const VersionSnapshot& v) const {
    return !version || v.name == *version;
  }
  bool Has(const WindowSnapshot& w) const;
};

// The error for an unknown version, or empty.
std::string CheckVersion(const Choice& choice, const ModelSnapshot& model);
// The error for an unknown window, or empty. A model without versions has no
// windows yet.
std::string CheckWindow(const Choice& choice, const ModelSnapshot& model);

// The error for an unknown model.
std::string NoSuchModel(const PublishedState& state, const std::string& name);

}  // namespace plumbline
