// Baseline: what the history of one figure says of it; see
// core/detect/figure_history.h, which makes it.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace plumbline {

// What is expected of a figure at one moment.
struct Expected {
  double center;
  double variance;  // but for the sampling of the window itself
};

// Immutable.
class Baseline {
 public:
  // nullopt for an hour of which too little is known.
  std::optional<Expected> At(int64_t now_ms) const;

 private:
  friend class FigureHistory;

  struct Center {
    float value = std::numeric_limits<float>::quiet_NaN();
    uint32_t n = 0;
  };
  std::optional<Expected> Of(const Center& center, double spread) const;

  Center all_;
  double spread_ = 0;            // variance from hour to hour
  double sampling_ = 0;          // variance of an ordinary hour
  std::vector<Center> by_hour_;  // of the week; empty before two weeks
  double spread_by_hour_ = 0;
};

}  // namespace plumbline
