// Summaries of the API's answers for a terminal.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// `models`: the answer of GET /api/v1/models. One line per model.
std::string ModelsTable(std::string_view models);

// The main figures of one model, from the answers of GET
// /api/v1/models/{model}, /api/v1/models and /api/v1/status.
std::string ModelPage(std::string_view model, std::string_view models,
                      std::string_view status);

// `id`: the answer of GET /api/v1/models/{model}/ids/{id}. Shows the state of
// the id, and what happens to it next.
std::string IdPage(std::string_view id);

}  // namespace plumbline
