// Parts of what a terminal shows of the API's JSON.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

using TableRow = std::vector<std::string>;

std::string Shown(const nlohmann::ordered_json& value);

// The first column to the left, the others to the right.
std::string AlignedRows(const std::vector<TableRow>& rows);

// The matrix of a window, or nothing if it has none.
std::string MatrixTable(const nlohmann::ordered_json& result);

// "0.8 (0.7 to 0.9)", or less where there is less.
std::string WithBounds(const nlohmann::ordered_json& figures,
                       const std::string& name);

// What is unlike its history, what is estimated, and what drifts: a line each.
std::string FindingsOf(const nlohmann::ordered_json& result);

// What has changed, and when: a line for each detector that found something.
std::string ChangesOf(const nlohmann::ordered_json& model);

}  // namespace plumbline
