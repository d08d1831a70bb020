// Detectors: those of one version, fed with the error of each of its pairs as
// it becomes complete: 0 or 1 of a classification, the absolute error of a
// regression. What they have seen stays seen: a corrected label does not change
// it.

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

  // Those that are wanted. One whose settings are the same goes on, others
  // begin anew. `bounded`: errors are from 0 to 1; DDM and HDDM_A need that.
  void Configure(const DetectorSettings& wanted, bool bounded);

  // Calls `changed(kind, change)` for each that fires.
  template <class Changed>
  void Add(double error, Changed changed) {
    if (running_ == nullptr) return;
    const Found found = AddToEach(error);
    for (size_t kind = 0; kind < found.size(); ++kind) {
      if (found[kind]) changed(static_cast<DetectorKind>(kind), *found[kind]);
    }
  }

  // Writes what is on, and its evidence: kDetectorCounts values for each kind.
  void WriteTo(uint64_t* counts) const;

  // Memory at most, with that of the detectors that are on.
  static int64_t MostBytes();

  // See core/codec/archive.h. REQUIRES: to load, that Configure() was called as
  // when it was saved.
  template <class Archive>
  void Fields(Archive& archive);

 private:
  struct Running;
  using Found = std::array<std::optional<Change>, kDetectors>;

  Found AddToEach(double error);

  std::unique_ptr<Running> running_;  // null where none is on
};

}  // namespace plumbline
