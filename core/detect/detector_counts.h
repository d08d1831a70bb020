// The counts that are published of one detector.

#pragma once

#include <cstddef>

namespace plumbline {

// Doubles are stored as their bits.
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
