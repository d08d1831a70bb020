// The answer of GET /api/v1/models/{model} as a table for a terminal.

#pragma once

#include <string>
#include <string_view>

namespace plumbline {

// Empty if `json` is no such answer.
std::string ModelTable(std::string_view json);

// The message of an error body, or the body itself if it is none.
std::string ErrorMessage(std::string_view json);

}  // namespace plumbline
