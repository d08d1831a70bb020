// The objectives of a model, compared with its windows.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

// The objectives of `model` in an answer of GET /api/v1/status: a list.
nlohmann::ordered_json ObjectivesOf(const nlohmann::ordered_json& status,
                                    const std::string& model);

// Says whether the windows of a version meet the objective; empty if its window
// is not among them.
std::string ObjectiveLine(const nlohmann::ordered_json& objective,
                          const std::vector<nlohmann::ordered_json>& windows);

}  // namespace plumbline
