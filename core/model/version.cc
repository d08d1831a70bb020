#include "core/model/version.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <utility>

namespace plumbline {

Version::Version(std::string name, uint32_t owner, const Commons& commons,
                 uint64_t* model_records)
    : PublishedVersion(std::move(name), owner, commons.reclaimer),
      age_counts(std::make_unique<AgeCounts>(commons.prediction_ages,
                                             model_records, commons.records)),
      figures(&expected_figures),
      drift(&drift_reference),
      estimates(&published_estimates, commons.reclaimer) {}

Slice* Version::FindSlice(uint32_t segment) const {
  for (Slice* slice : slices.Get()) {
    if (slice->segment == segment) return slice;
  }
  return nullptr;
}

void Version::NoteChange(DetectorKind kind, const Change& change,
                         int64_t now_ms) {
  uint64_t* const of =
      &counts[kDetection + static_cast<size_t>(kind) * kDetectorCounts];
  ++of[change.worse() ? kWorse : kBetter];
  of[kLastChangeMs] = static_cast<uint64_t>(now_ms);
  of[kErrorBefore] = std::bit_cast<uint64_t>(change.before);
  of[kErrorAfter] = std::bit_cast<uint64_t>(change.after);
}

void Version::Publish(const Publication& publication) {
  counts[kPendingPredictions] = age_counts->counts().waiting;
  detectors.WriteTo(&counts[kDetection]);
  published.Publish(publication.generation, counts);
  touched = false;
  if (series.changes.empty()) return;
  WindowDeltas* const scratch = publication.scratch;
  const auto& all = slices.Get();
  const bool sliced = std::any_of(all.begin(), all.end(), [](const Slice* s) {
    return !s->series.changes.completed.empty();
  });
  scratch->Know(sliced ? series.changes.completed
                       : std::vector<WindowChanges::Completed>(),
                publication.counting);
  const uint64_t next_number = counts[kObservations];
  scratch->unlabelled = nullptr;
  for (Slice* slice : slices.Get()) {
    if (slice->series.changes.empty()) continue;
    slice->series.Publish(publication, next_number);
    slice->series.changes.Clear();
  }
  scratch->unlabelled = &unlabelled;
  estimates.Advance(series, publication.now_ms);
  series.Publish(publication, next_number);
  estimates.Publish(series, publication);
  unlabelled.Clear();
  RecordHistory(publication);
  if (publication.counting.form == CountForm::kMatrix) {
    PublishOutcomes(publication);
  }
  series.changes.Clear();
}

void Version::RecordHistory(const Publication& publication) {
  const auto& [generation, now_ms, counting, by_prediction, scratch] =
      publication;
  const WindowChanges& changes = series.changes;
  if (by_prediction) {
    for (const auto& pair : changes.completed) {
      scratch->window.Clear();
      scratch->window.Add(pair.observation, 1, counting);
      history.Add(pair.place_ms, now_ms, scratch->window);
    }
  } else if (!changes.completed.empty()) {
    history.Add(now_ms, now_ms, scratch->group);
  }
  for (const auto& correction : changes.corrections) {
    scratch->window.Clear();
    scratch->window.Recount(correction.from, -1, counting);
    scratch->window.Recount(correction.to, 1, counting);
    history.Correct(correction.place_ms, now_ms, scratch->window);
  }
}

void Version::PublishOutcomes(const Publication& publication) {
  const Counting& counting = publication.counting;
  WindowDelta* const group =
      &publication.scratch->group;  // sums the completed pairs
  for (const auto& correction : series.changes.corrections) {
    group->Recount(correction.to, 1, counting);
    withdrawn.Add(CellOf(correction.from.actual(), correction.from.predicted()),
                  1);
  }
  group->matrix().ForEach(
      [this](uint32_t cell, int64_t n) { outcomes.Add(cell, n); });
}

}  // namespace plumbline
