// A known id as JSON.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/join/known_id.h"

namespace plumbline {

std::string IdJson(std::string_view model, std::string_view id,
                   const KnownId& known);

}  // namespace plumbline
