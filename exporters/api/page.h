// What a terminal shows of the API's answers, for who wants the gist.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// Of GET /api/v1/models: a line a model.
std::string ModelsTable(std::string_view models);

// What matters of one model. `model`: of GET /api/v1/models/{model}, with the
// answers of /api/v1/models and /api/v1/status.
std::string ModelPage(std::string_view model, std::string_view models,
                      std::string_view status);

// Of GET /api/v1/models/{model}/ids/{id}: what is known of the id, and what
// happens to it next.
std::string IdPage(std::string_view id);

}  // namespace plumbline
