// The history of a model as the API gives it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/snapshot/snapshot.h"
#include "core/window/history.h"

namespace plumbline {

// What is asked for, in ms: the steps that begin in [from, to).
struct HistoryQuery {
  int64_t from_ms = 0;
  int64_t to_ms = 0;
  int64_t step_ms = 0;

  // From the query's texts, at `now_ms`. Missing ones mean the last day, and
  // the shortest step that is kept for it. nullopt, with *error, if one is
  // malformed, or the step is no multiple of what is kept.
  static std::optional<HistoryQuery> Parse(
      const std::optional<std::string>& from,
      const std::optional<std::string>& to,
      const std::optional<std::string>& step, int64_t now_ms,
      std::string* error);
};

// `versions`: of the model, with what is kept of each.
std::string HistoryJson(
    const ModelSnapshot& model, const HistoryQuery& query,
    const std::vector<std::pair<const VersionSnapshot*, Steps>>& versions);

}  // namespace plumbline
