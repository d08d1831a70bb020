#include "core/event/text_hash.h"

#include <functional>

namespace plumbline {

TextHash::Function TextHash::function_ = [](std::string_view text) -> uint64_t {
  return std::hash<std::string_view>()(text);
};

}  // namespace plumbline
