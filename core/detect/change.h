// Change: what a detector says of a stream of errors.

#pragma once

#include <string_view>

namespace plumbline {

// The mean error has changed.
struct Change {
  double before;  // mean error
  double after;

  bool worse() const { return after > before; }
};

inline std::string_view DirectionOf(const Change& change) {
  return change.worse() ? "worse" : "better";
}

// How far a detector is from saying so: it does where the statistic is beyond
// the threshold.
struct Evidence {
  double statistic = 0;
  double threshold = 0;
};

}  // namespace plumbline
