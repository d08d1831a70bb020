#include "core/detect/detectors.h"

#include <bit>
#include <utility>

namespace plumbline {

template <class D, class S>
void Detectors::Keep(const std::optional<S>& wanted,
                     std::vector<Detector>* kept) const {
  if (!wanted) return;
  for (const Detector& detector : detectors_) {
    const D* same = std::get_if<D>(&detector);
    if (same != nullptr && same->settings() == *wanted) {
      kept->push_back(*same);
      return;
    }
  }
  kept->emplace_back(D(*wanted));
}

void Detectors::Configure(const DetectorSettings& wanted, bool bounded) {
  std::vector<Detector> kept;
  Keep<Adwin>(wanted.adwin, &kept);
  Keep<PageHinkley>(wanted.page_hinkley, &kept);
  if (bounded) {
    Keep<Ddm>(wanted.ddm, &kept);
    Keep<HddmA>(wanted.hddm_a, &kept);
  }
  detectors_ = std::move(kept);
}

void Detectors::WriteTo(uint64_t* counts) const {
  for (size_t kind = 0; kind < kDetectors; ++kind) {
    counts[kind * kDetectorCounts + kIsOn] = 0;
  }
  for (const Detector& detector : detectors_) {
    uint64_t* const of = counts + detector.index() * kDetectorCounts;
    const Evidence& evidence = std::visit(
        [](const auto& d) -> const Evidence& { return d.evidence(); },
        detector);
    of[kIsOn] = 1;
    of[kDetectorStatistic] = std::bit_cast<uint64_t>(evidence.statistic);
    of[kDetectorThreshold] = std::bit_cast<uint64_t>(evidence.threshold);
  }
}

}  // namespace plumbline
