// How much of a request has arrived, told from its first bytes.

#pragma once

#include <cstddef>
#include <string_view>

namespace plumbline {

struct Arrival {
  // The empty line behind the headers is there, or it is clear that the request
  // is refused without it.
  bool head = false;
  // The body is there, too, or there is none.
  bool whole = false;
};

// Of a request that begins with `first` and of which `arrived` bytes are there,
// at least as many. A request that is malformed counts as whole: it is refused
// without a wait.
Arrival ArrivalOf(std::string_view first, size_t arrived);

}  // namespace plumbline
