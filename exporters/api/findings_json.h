// Findings as the fields of the API's JSON.

#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "core/snapshot/findings.h"

namespace plumbline {

// True for kinds to include.
using IsShown = bool (*)(const FindingKind& kind);

// Appends the fields of a window, in the order of the kinds.
void AppendFindings(const WindowInput& input, IsShown is_shown,
                    nlohmann::ordered_json* json);

// One of these fields, by its key.
nlohmann::ordered_json FindingsOfKey(const WindowInput& input,
                                     std::string_view key);

// The fields of whole versions: lists with an object for each version and each
// value of the label by which their kind is listed.
nlohmann::ordered_json ListedFindings(
    const std::vector<const VersionSnapshot*>& versions);

}  // namespace plumbline
