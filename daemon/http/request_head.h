// How much of a request has arrived, judged by its first bytes.

#pragma once

#include <cstddef>
#include <string_view>

namespace plumbline {

struct Arrival {
  // The headers are complete, or the request is certain to be refused without
  // the rest.
  bool head = false;
  // The body is complete, too, or there is none.
  bool whole = false;
};

// The state of a request that begins with `first`; `arrived` is the number of
// bytes that have arrived, at least first.size(). A malformed request counts as
// whole: it is refused without a wait.
Arrival ArrivalOf(std::string_view first, size_t arrived);

}  // namespace plumbline
