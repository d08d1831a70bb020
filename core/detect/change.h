// Change: the result of a detector on a stream of errors.

#pragma once

#include <string_view>

namespace plumbline {

// A change of the mean error.
struct Change {
  double before;  // mean error
  double after;

  bool worse() const { return after > before; }
};

inline std::string_view DirectionOf(const Change& change) {
  return change.worse() ? "worse" : "better";
}

// How near a detector is to a change: it fires when the statistic is beyond the
// threshold.
struct Evidence {
  double statistic = 0;
  double threshold = 0;
};

}  // namespace plumbline
