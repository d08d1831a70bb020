// Detectors: the detectors of one version. They read the error of each pair
// when it becomes complete: 0 or 1 for a classification, the absolute error for
// a regression. A later correction of the label has no effect on them.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

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
    const Found found = AddToEach(error);
    for (size_t kind = 0; kind < found.size(); ++kind) {
      if (found[kind]) changed(static_cast<DetectorKind>(kind), *found[kind]);
    }
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
  using Found = std::array<std::optional<Change>, kDetectors>;

  Found AddToEach(double error);

  std::unique_ptr<Running> running_;  // null if none is on
};

}  // namespace plumbline
