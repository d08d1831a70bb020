// Baseline: a summary of the history of one figure;
// core/detect/figure_history.h makes it.

#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace plumbline {

// The expected value of a figure at one moment.
struct Expected {
  double center;
  double variance;  // without the window's own sampling variance
};

// Immutable.
class Baseline {
 public:
  // nullopt if too little is known of the hour.
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
  double sampling_ = 0;          // sampling variance of an ordinary hour
  std::vector<Center> by_hour_;  // hours of a week; empty before two weeks
  double spread_by_hour_ = 0;
};

}  // namespace plumbline
