// Drift: the distance of a window's predictions from the reference, without
// labels.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/snapshot/snapshot.h"

namespace plumbline {

struct Drift {
  std::string_view of;       // "prediction", "score", "feature"
  std::string_view feature;  // name of the feature; a view into the reference
  uint64_t window = 0;       // predictions behind the distances
  uint64_t reference = 0;
  std::optional<double> psi;
  std::optional<double> jensen_shannon;
  std::string_view test;  // "chi_squared", "kolmogorov_smirnov"
  std::optional<double> p_value;
};

// The drift of a version's time window without slices. Empty until there is a
// reference.
std::vector<Drift> DriftOf(const WindowSnapshot& window);

}  // namespace plumbline
