// Bucket bounds of the two histograms, and their layout in a row of counts.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace plumbline {

// Seconds from a prediction to its label: 1 s to 90 d.
inline constexpr std::array<double, 15> kDelayBounds = {
    1,          10,         60,         300,         900,
    3600,       3 * 3600.,  6 * 3600.,  12 * 3600.,  86400.,
    2 * 86400., 3 * 86400., 7 * 86400., 30 * 86400., 90 * 86400.};

// Seconds that a prediction took: 1 ms to 10 s.
inline constexpr std::array<double, 13> kLatencyBounds = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

// Cells of a histogram in a row of counts: the bits of its sum, then the count
// of each bucket (not cumulative). The last bucket has no bound.
template <size_t Bounds>
constexpr size_t HistogramCells(const std::array<double, Bounds>&) {
  return Bounds + 2;
}

// See core/codec/archive.h. Loads a histogram with other bounds into the bounds
// of this build: the count of a stored bucket goes to the first bucket whose
// bound is not below its bound.
template <class Archive, size_t Bounds>
void DoHistogram(Archive& archive, const std::array<double, Bounds>& bounds,
                 uint64_t* cells) {
  std::vector<double> stored_bounds(bounds.begin(), bounds.end());
  std::vector<uint64_t> stored(cells, cells + HistogramCells(bounds));
  archive.Part("a histogram", [&] {
    archive.Field(1, stored_bounds);
    archive.Field(2, stored);
  });
  if constexpr (Archive::kLoads) {
    if (stored.size() != stored_bounds.size() + 2) return archive.Fail();
    std::fill_n(cells, HistogramCells(bounds), 0);
    cells[0] = stored[0];
    for (size_t i = 1; i < stored.size(); ++i) {
      const auto bucket = i > stored_bounds.size()
                              ? bounds.end()
                              : std::lower_bound(bounds.begin(), bounds.end(),
                                                 stored_bounds[i - 1]);
      cells[1 + (bucket - bounds.begin())] += stored[i];
    }
  }
}

// Caps a value, so that the sum stays finite.
inline constexpr double kMostObserved = 1e12;

template <size_t Bounds>
void Observe(const std::array<double, Bounds>& bounds, double value,
             uint64_t* cells) {
  value = std::min(value, kMostObserved);
  cells[0] = std::bit_cast<uint64_t>(std::bit_cast<double>(cells[0]) + value);
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value);
  ++cells[1 + (bucket - bounds.begin())];
}

}  // namespace plumbline
