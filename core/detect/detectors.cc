#include "core/detect/detectors.h"

#include <bit>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/codec/archive.h"
#include "core/detect/adwin.h"
#include "core/detect/mean_detectors.h"

namespace plumbline {
namespace {

// In the order of DetectorKind.
using Detector = std::variant<Adwin, PageHinkley, Ddm, HddmA>;
static_assert(std::variant_size_v<Detector> == kDetectors);

// Adds the detector of `before` with the same settings, or a new one.
template <class D, class S>
void Keep(const std::optional<S>& wanted, const std::vector<Detector>& before,
          std::vector<Detector>* kept) {
  if (!wanted) return;
  for (const Detector& detector : before) {
    const D* same = std::get_if<D>(&detector);
    if (same != nullptr && same->settings() == *wanted) {
      kept->push_back(*same);
      return;
    }
  }
  kept->emplace_back(D(*wanted));
}

}  // namespace

struct Detectors::Running {
  std::vector<Detector> detectors;  // by kind
};

Detectors::Detectors() = default;
Detectors::~Detectors() = default;

void Detectors::Configure(const DetectorSettings& wanted, bool bounded) {
  std::vector<Detector> before;
  if (running_ != nullptr) before = std::move(running_->detectors);
  std::vector<Detector> kept;
  Keep<Adwin>(wanted.adwin, before, &kept);
  Keep<PageHinkley>(wanted.page_hinkley, before, &kept);
  if (bounded) {
    Keep<Ddm>(wanted.ddm, before, &kept);
    Keep<HddmA>(wanted.hddm_a, before, &kept);
  }
  running_ = kept.empty() ? nullptr
                          : std::make_unique<Running>(Running{std::move(kept)});
}

size_t Detectors::AddToEach(double error, Found* found) {
  size_t count = 0;
  for (Detector& detector : running_->detectors) {
    const auto change =
        std::visit([error](auto& d) { return d.Add(error); }, detector);
    if (!change) continue;
    found[count++] = {static_cast<DetectorKind>(detector.index()), *change};
  }
  return count;
}

void Detectors::WriteTo(uint64_t* counts) const {
  for (size_t kind = 0; kind < kDetectors; ++kind) {
    counts[kind * kDetectorCounts + kIsOn] = 0;
  }
  if (running_ == nullptr) return;
  for (const Detector& detector : running_->detectors) {
    uint64_t* const of = counts + detector.index() * kDetectorCounts;
    const Evidence& evidence = std::visit(
        [](const auto& d) -> const Evidence& { return d.evidence(); },
        detector);
    of[kIsOn] = 1;
    of[kDetectorStatistic] = std::bit_cast<uint64_t>(evidence.statistic);
    of[kDetectorThreshold] = std::bit_cast<uint64_t>(evidence.threshold);
  }
}

int64_t Detectors::MostBytes() {
  return kDetectors * static_cast<int64_t>(sizeof(Detector)) +
         Adwin::MostBytes();
}

template <class Archive>
void Detectors::Fields(Archive& archive) {
  archive.Part("the detectors", [&] {
    if (running_ == nullptr) return;
    for (Detector& detector : running_->detectors) {
      archive.Field(static_cast<uint8_t>(1 + detector.index()), [&] {
        std::visit([&archive](auto& d) { d.Fields(archive); }, detector);
      });
    }
  });
}

template void Detectors::Fields(Save&);
template void Detectors::Fields(Load&);

}  // namespace plumbline
