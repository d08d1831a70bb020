// Detectors: the detectors of one version. They read the error of each pair
// when it becomes complete: 0 or 1 for a classification, the absolute error for
// a regression. A later correction of the label has no effect on them.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/detect/change.h"
#include "core/detect/detector_counts.h"
#include "core/settings/detector_settings.h"

namespace plumbline {

class Detectors {
 public:
  Detectors();
  ~Detectors();

  // Runs the configured detectors. A detector with unchanged settings
  // continues, others restart. `bounded`: errors are from 0 to 1; DDM and
  // HDDM_A need that.
  void Configure(const DetectorSettings& wanted, bool bounded);

  // Adds an error. Calls `changed(kind, change)` for each detector that fires.
  template <class Changed>
  void Add(double error, Changed changed) {
    if (running_ == nullptr) return;
    std::array<Found, kDetectors> found;
    const size_t count = AddToEach(error, found.data());
    for (size_t i = 0; i < count; ++i) changed(found[i].kind, found[i].change);
  }

  // Writes the counts of detectors that are on, and their evidence:
  // kDetectorCounts values for each kind.
  void WriteTo(uint64_t* counts) const;

  // Upper bound of the memory, with all detectors on.
  static int64_t MostBytes();

  // See core/codec/archive.h. REQUIRES before a load: Configure() with the
  // settings of the save.
  template <class Archive>
  void Fields(Archive& archive);

 private:
  struct Running;
  struct Found {
    DetectorKind kind;
    Change change;
  };

  // Writes the changes found to `found`, and returns their number.
  size_t AddToEach(double error, Found* found);

  std::unique_ptr<Running> running_;  // null if none is on
};

}  // namespace plumbline
