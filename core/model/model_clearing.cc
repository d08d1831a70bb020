// Clears counts that lost their meaning, while the seqlock is open.

#include "core/model/model.h"

namespace plumbline {

// Restarts the counts of scores: they belong to another class from now on.
void Model::RestartScores(uint32_t first_age) {
  counting.scores_from = first_age;
  for (Version* version : versions.Get()) {
    ClearUnlabelled(version, version->drift.RestartScores(reclaimer()));
    version->estimates.RestartPositive();
    ClearTimeWindows(version, {SparseSection::kPredictedScores,
                               SparseSection::kJudgedScores});
  }
}

// Clears the counts of scores: the model has no positive class any more.
void Model::ClearScores() {
  for (Version* version : versions.Get()) {
    version->figures.Restart(reclaimer());
    version->figures_stamp = generation_;
  }
  ForEachSlot([](Slot<StdAtomics>* slot) {
    slot->Clear(Section::kScores);
    slot->Clear(Section::kThresholds);
    slot->Clear(SparseSection::kScoreBins);
  });
}

void Model::ClearUnlabelled(Version* version, const DriftWatch::Stale& stale) {
  if (!stale.any()) return;
  for (Window* window : version->series.windows.Get()) {
    if (window->time() == nullptr) continue;
    window->ForEachSlot(generation_, [&stale](Slot<StdAtomics>* slot) {
      if (stale.predictions) slot->Clear(Section::kPredicted);
      if (stale.scores) slot->Clear(Section::kDescribed, 0, kScoreParts);
      for (const uint32_t place : stale.places) {
        slot->Clear(Section::kDescribed, FirstBin(place), kMostBins);
      }
    });
  }
}

void Model::ClearTimeWindows(Version* version,
                             std::initializer_list<SparseSection> sections) {
  for (Window* window : version->series.windows.Get()) {
    if (window->time() == nullptr) continue;
    window->ForEachSlot(generation_, [&](Slot<StdAtomics>* slot) {
      for (const SparseSection section : sections) slot->Clear(section);
    });
  }
}

}  // namespace plumbline
