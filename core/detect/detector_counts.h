// What is published of one detector.

#pragma once

#include <cstddef>

namespace plumbline {

// A double is kept as its bits.
enum DetectorCount : size_t {
  kIsOn,
  kWorse,   // changes for the worse
  kBetter,  // and for the better
  kLastChangeMs,
  kErrorBefore,
  kErrorAfter,
  kDetectorStatistic,
  kDetectorThreshold,
  kDetectorCounts,
};

}  // namespace plumbline
