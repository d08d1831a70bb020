// Ranges of settings. The configuration refuses others, and so does loading
// stored settings: computations with them would overflow.

#pragma once

#include <cstddef>
#include <cstdint>

#include "core/settings/settings.h"

namespace plumbline {

template <class T>
struct Span {
  T least;
  T most;
  // False for NaN.
  constexpr bool Has(T value) const { return value >= least && value <= most; }
};
using Integers = Span<int64_t>;
using Reals = Span<double>;

namespace range {

inline constexpr int64_t kSecond = 1000;
inline constexpr int64_t kHour = 3600 * kSecond;
inline constexpr int64_t kDay = 24 * kHour;
inline constexpr int64_t kKiB = 1LL << 10;
inline constexpr int64_t kTiB = 1LL << 40;
inline constexpr double kLeastReal = 1e-12;  // for positive settings
inline constexpr double kLarge = 1e12;

inline constexpr Integers kHorizonMs = {60 * kSecond, 90 * kDay};
inline constexpr Integers kRememberedBytes = {64 * kKiB, 64 * kTiB};
inline constexpr Integers kModels = {1, 1'000'000};
inline constexpr Integers kVersionsPerModel = {1, 1000};
inline constexpr Integers kRetireAfterMs = {kDay, 400 * kDay};
inline constexpr Integers kClasses = {2, 10'000};
inline constexpr Integers kMatrixClasses = {2, 256};
inline constexpr Integers kSegmentsPerModel = {1, 10'000};
inline constexpr Integers kWindowBytes = {64 * kKiB, kTiB};

inline constexpr Integers kWindowMs = {kSecond, 90 * kDay};
inline constexpr Integers kSlots = {1, 1000};
inline constexpr Integers kLast = {1, 1'000'000};
inline constexpr Reals kShare = {0, 1};

inline constexpr Reals kAdwinDelta = {kLeastReal, 1 - kLeastReal};
inline constexpr Reals kPageHinkleyDelta = {0, kLarge};
inline constexpr Reals kPageHinkleyThreshold = {kLeastReal, kLarge};
inline constexpr Reals kPageHinkleyAlpha = {kLeastReal, 1};
inline constexpr Integers kDdmWarmUp = {1, 1'000'000'000};
inline constexpr Reals kDdmDrift = {kLeastReal, kLarge};
inline constexpr Reals kHddmConfidence = {kLeastReal, 1 - kLeastReal};
inline constexpr Reals kAnomalyThreshold = {kLeastReal, kLarge};
// The longest span that history keeps.
inline constexpr Integers kMinHistoryMs = {kHour, 28 * kDay};
inline constexpr Integers kDriftFirst = {1, 1'000'000'000};  // predictions

// Largest sizes of lists.
inline constexpr size_t kMostWindows = 16;
inline constexpr size_t kMostSlices = 16;
inline constexpr size_t kMostSegmentKeys = 8;  // of an event or a slice
inline constexpr size_t kMostThresholds = 32;
inline constexpr size_t kMostMetrics = 16;
inline constexpr size_t kMostFeatures = 64;

}  // namespace range

// True if a window of either kind may be configured so.
bool IsInRange(const WindowSettings& window);
// Limits in bytes may be below their range, but must be positive.
bool IsInRange(const Settings& settings);

}  // namespace plumbline
