// Change: a change of the mean error that a detector found.

#pragma once

#include <string_view>

namespace plumbline {

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
