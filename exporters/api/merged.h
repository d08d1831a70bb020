// What several daemons say, added up: of a model whose events are spread over
// them, as one daemon that has all events says it.
//
// What follows from counts is computed again from their sum. What does not is
// left out, and a note says so.

#pragma once

#include <string>
#include <vector>

namespace plumbline {

// What one daemon answered.
struct DaemonAnswer {
  std::string url;  // of the daemon
  std::string text;
};

struct Merged {
  std::string text;                // in the shape of the API
  std::vector<std::string> notes;  // what is left out and why: a line each
  std::string error;               // not empty: there is no sum
  // Of a list: the models that do not add up, and so are not in it: a line
  // each. Where none does there is no text.
  std::vector<std::string> apart = {};
};

// Of GET /api/v1/models.
Merged MergedModels(const std::vector<DaemonAnswer>& models);

// The same, of this model alone.
Merged MergedModels(const std::vector<DaemonAnswer>& models,
                    const std::string& name);

// Of GET /api/v1/models/{model}. `answers`: of those daemons that have it, at
// least one; `models`: what all of them say of their models.
Merged MergedModel(const std::vector<DaemonAnswer>& answers,
                   const std::vector<DaemonAnswer>& models);

// Of GET /api/v1/status: one that has the objectives which all daemons have for
// the model. They are for all of them, so where daemons differ there is none.
Merged MergedStatus(const std::vector<DaemonAnswer>& statuses,
                    const std::string& model);

}  // namespace plumbline
