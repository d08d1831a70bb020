// The change detectors of a model and their parameters. core/detect/detectors.h
// runs them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace plumbline {

enum class DetectorKind : uint8_t { kAdwin, kPageHinkley, kDdm, kHddmA };
inline constexpr size_t kDetectors = 4;

constexpr std::string_view DetectorName(DetectorKind kind) {
  constexpr std::string_view kNames[kDetectors] = {"adwin", "page_hinkley",
                                                   "ddm", "hddm_a"};
  return kNames[static_cast<size_t>(kind)];
}

struct AdwinSettings {
  double delta = 0.002;  // false alarms; see docs/changes.md
  bool operator==(const AdwinSettings&) const = default;
};

struct PageHinkleySettings {
  double delta = 0.005;   // tolerated deviation of the mean error
  double threshold = 50;  // sum of excess errors
  double alpha = 0.9999;  // factor of the sum at each pair
  bool operator==(const PageHinkleySettings&) const = default;
};

struct DdmSettings {
  int64_t warm_up = 30;  // pairs
  double drift = 3;      // standard deviations
  bool operator==(const DdmSettings&) const = default;
};

struct HddmSettings {
  double confidence = 0.001;
  bool operator==(const HddmSettings&) const = default;
};

// A detector without a value is off.
struct DetectorSettings {
  std::optional<AdwinSettings> adwin = AdwinSettings{};
  std::optional<PageHinkleySettings> page_hinkley;
  std::optional<DdmSettings> ddm;
  std::optional<HddmSettings> hddm_a;
};

}  // namespace plumbline
