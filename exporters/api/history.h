// The history of a model in the API.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/snapshot/snapshot.h"
#include "core/window/history.h"

namespace plumbline {

// Selects the steps that begin in [from_ms, to_ms).
struct HistoryQuery {
  int64_t from_ms = 0;
  int64_t to_ms = 0;
  int64_t step_ms = 0;

  // Parses the query's parameters. Defaults: the last day, and the shortest
  // step kept for it. nullopt, with *error, if one is malformed, or the step is
  // no multiple of the kept one.
  static std::optional<HistoryQuery> Parse(
      const std::optional<std::string>& from,
      const std::optional<std::string>& to,
      const std::optional<std::string>& step, int64_t now_ms,
      std::string* error);
};

// `versions`: of the model, with the kept steps of each.
std::string HistoryJson(
    const ModelSnapshot& model, const HistoryQuery& query,
    const std::vector<std::pair<const VersionSnapshot*, Steps>>& versions);

}  // namespace plumbline
