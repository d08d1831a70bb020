// Merges the answers of several daemons that share the events of a model into
// the answer of one daemon with all events.
//
// Figures that follow from counts are computed from the summed counts. Others
// are left out, and a note says so.

#pragma once

#include <string>
#include <vector>

namespace plumbline {

// The answer of one daemon.
struct DaemonAnswer {
  std::string url;  // of the daemon
  std::string text;
};

struct Merged {
  std::string text;                // in the format of the API
  std::vector<std::string> notes;  // what is left out and why, one per line
  std::string error;               // if not empty, there is no sum
  // For a list: the models that cannot be merged and are not in it, one per
  // line. If none can, `text` is empty.
  std::vector<std::string> apart = {};
};

// Merges answers of GET /api/v1/models.
Merged MergedModels(const std::vector<DaemonAnswer>& models);

// The same for this model only.
Merged MergedModels(const std::vector<DaemonAnswer>& models,
                    const std::string& name);

// Merges answers of GET /api/v1/models/{model}. `answers`: of the daemons that
// have the model, at least one. `models`: the GET /api/v1/models of all
// daemons.
Merged MergedModel(const std::vector<DaemonAnswer>& answers,
                   const std::vector<DaemonAnswer>& models);

// Merges answers of GET /api/v1/status: keeps the model's objectives that all
// daemons share.
Merged MergedStatus(const std::vector<DaemonAnswer>& statuses,
                    const std::string& model);

}  // namespace plumbline
