// What several daemons say of a model as a whole, added up.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace plumbline {

// What one daemon says of a model in GET /api/v1/models.
struct SaidOfModel {
  std::string url;  // of the daemon
  nlohmann::ordered_json summary;
};

// Why these cannot be added up: task or positive class differ. Empty: they can.
std::string DifferenceOf(const std::vector<SaidOfModel>& said);

// REQUIRES: there is one at least, and no difference.
nlohmann::ordered_json MergedSummary(const std::vector<SaidOfModel>& said);

}  // namespace plumbline
