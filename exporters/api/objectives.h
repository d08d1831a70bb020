// What a model is to reach, held against its windows.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

// From the answer of GET /api/v1/status: a list, empty if there are none.
nlohmann::ordered_json ObjectivesOf(const nlohmann::ordered_json& status,
                                    const std::string& model);

// Whether the windows of a version reach it; empty if its window is not among
// them.
std::string ObjectiveLine(const nlohmann::ordered_json& objective,
                          const std::vector<nlohmann::ordered_json>& windows);

}  // namespace plumbline
