// Detectors: those of one version, fed with the error of each of its pairs as
// it becomes complete: 0 or 1 of a classification, the absolute error of a
// regression. What they have seen stays seen: a corrected label does not change
// it.

#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "core/detect/adwin.h"
#include "core/detect/mean_detectors.h"
#include "core/settings/detector_settings.h"

namespace plumbline {

// What is published of one detector. A double is kept as its bits.
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

class Detectors {
 public:
  // In the order of DetectorKind.
  using Detector = std::variant<Adwin, PageHinkley, Ddm, HddmA>;

  // Those that are wanted. One whose settings are the same goes on, others
  // begin anew. `bounded`: errors are from 0 to 1; DDM and HDDM_A need that.
  void Configure(const DetectorSettings& wanted, bool bounded);

  // Calls `changed(kind, change)` for each that fires.
  template <class Changed>
  void Add(double error, Changed changed) {
    for (Detector& detector : detectors_) {
      const auto change =
          std::visit([error](auto& d) { return d.Add(error); }, detector);
      if (change) changed(KindOf(detector), *change);
    }
  }

  // Writes what is on, and its evidence: kDetectorCounts values for each kind.
  void WriteTo(uint64_t* counts) const;

  static int64_t MostBytes() {
    return kDetectors * static_cast<int64_t>(sizeof(Detector)) +
           Adwin::MostBytes();
  }

  // See core/codec/archive.h. REQUIRES: to load, that Configure() was called as
  // when it was saved.
  template <class Archive>
  void Do(Archive& archive) {
    for (Detector& detector : detectors_) {
      std::visit([&archive](auto& d) { d.Do(archive); }, detector);
    }
  }

 private:
  static DetectorKind KindOf(const Detector& detector) {
    return static_cast<DetectorKind>(detector.index());
  }
  template <class D, class S>
  void Keep(const std::optional<S>& wanted, std::vector<Detector>* kept) const;

  std::vector<Detector> detectors_;
};

}  // namespace plumbline
