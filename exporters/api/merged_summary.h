// Merges the summaries of a model from several daemons.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

// A model's entry in one daemon's GET /api/v1/models.
struct SaidOfModel {
  std::string url;  // of the daemon
  nlohmann::ordered_json summary;
};

// Why these cannot be merged (task or positive class differ); empty if they
// can.
std::string DifferenceOf(const std::vector<SaidOfModel>& said);

// REQUIRES: `said` is not empty, and DifferenceOf(said) is.
nlohmann::ordered_json MergedSummary(const std::vector<SaidOfModel>& said);

}  // namespace plumbline
