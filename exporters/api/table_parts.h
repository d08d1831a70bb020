// Parts of tables for a terminal, from the API's JSON.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

using TableRow = std::vector<std::string>;

std::string Shown(const nlohmann::ordered_json& value);

// Aligns the first column to the left, the others to the right.
std::string AlignedRows(const std::vector<TableRow>& rows);

// The matrix of a window; empty if it has none.
std::string MatrixTable(const nlohmann::ordered_json& result);

// "0.8 (0.7 to 0.9)", or only the available parts of it.
std::string WithBounds(const nlohmann::ordered_json& figures,
                       const std::string& name);

// Anomalies, estimates and drift, one per line.
std::string FindingsOf(const nlohmann::ordered_json& result);

// Detected changes and their times, one line per detector.
std::string ChangesOf(const nlohmann::ordered_json& model);

}  // namespace plumbline
