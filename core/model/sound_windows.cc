#include "core/model/sound_windows.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/codec/time_range.h"
#include "core/metrics/regression.h"

namespace plumbline {
namespace {

bool IsTimeCount(uint64_t count) { return count <= uint64_t{kLastTimeMs}; }

bool IsScoreBin(uint32_t key) {
  return key >= ScoreBins::kZero && key <= ScoreBins::kOne;
}

bool IsEstimateBin(uint32_t key, uint32_t first_field, uint32_t fields) {
  return key >= EstimateBins::KeysOf(first_field) &&
         key < EstimateBins::KeysOf(first_field + fields);
}

bool IsKey(SparseSection section, uint32_t key, uint32_t classes) {
  switch (section) {
    case SparseSection::kScoreBins:
      return IsScoreBin(key);
    case SparseSection::kClassScoreBins:
      return ClassScoreBins::ClassOf(key) < classes && IsScoreBin(key & 0xffff);
    case SparseSection::kErrorSums:
      return IsErrorSum(key);
    case SparseSection::kErrorBins:
      return key >= ErrorBins::kZero && key <= ErrorBins::kMost;
    case SparseSection::kPredictedScores:
    case SparseSection::kJudgedScores:
      return IsEstimateBin(key, EstimateBins::kPositiveClass, 1);
    case SparseSection::kPredictedClassScores:
    case SparseSection::kJudgedClassScores:
      return key == EstimateBins::kAll ||
             IsEstimateBin(key, EstimateBins::FieldOf(0),
                           std::min(classes, EstimateBins::kClasses));
  }
  return false;
}

uint32_t MostLevel(SparseSection section) {
  switch (section) {
    case SparseSection::kErrorSums:
      return UINT32_MAX;  // no cells are merged
    case SparseSection::kErrorBins:
      return ErrorBins::kMostLevel;
    case SparseSection::kScoreBins:
    case SparseSection::kClassScoreBins:
      return ScoreBins::kMostLevel;
    default:
      return EstimateBins::kMostLevel;
  }
}

// Readers access this many cells of a section that is not empty.
size_t LeastCells(Section section) {
  switch (section) {
    case Section::kScores:
      return kScoreCells;
    case Section::kClassScores:
      return kClassScoreLabels;
    default:
      return 0;
  }
}

// More cells than this build has room for are sound: they are merged.
bool IsSound(const SparseCounts& counts, SparseSection section,
             uint32_t classes) {
  return counts.level <= MostLevel(section) &&
         std::all_of(counts.entries.begin(), counts.entries.end(),
                     [&](const auto& entry) {
                       return IsKey(section, entry.first, classes);
                     });
}

}  // namespace

bool IsSound(const Observation& o, const Model& model) {
  if (!o.is_counted()) return true;
  switch (model.task) {
    case Task::kRegression:
      return std::isfinite(o.label()) && std::isfinite(o.prediction());
    case Task::kMultilabel:
      return o.has_sets() && model.sets.Has(o.sets());
    default:
      return o.actual() < model.class_count() &&
             o.predicted() < model.class_count() &&
             (o.has_scores() ? model.scores.Has(o.scores())
                             : !o.has_sets() && !(o.score() > 1));
  }
}

bool IsSound(const SlotCounts& counts, uint32_t classes) {
  constexpr int64_t kNever = INT64_MIN;
  if (counts.epoch != kNever && !IsTime(counts.epoch)) return false;
  for (size_t i = 0; i < kSections; ++i) {
    const size_t size = counts.sections[i].size();
    if (size != 0 && size < LeastCells(static_cast<Section>(i))) return false;
  }
  return std::all_of(kAllSparse.begin(), kAllSparse.end(),
                     [&](SparseSection section) {
                       return IsSound(counts.of(section), section, classes);
                     });
}

bool AreTimesSound(const Model& model) {
  return IsTime(model.last_event_ms) && IsTime(model.task_since_ms) &&
         model.next_sample_ms >= 0 && IsTimeCount(model.counts[kLastLabelMs]);
}

bool AreTimesSound(const Version& version) {
  bool sound = IsTime(version.last_event_ms) &&
               IsTimeCount(version.counts[kLastPredictionMs]);
  for (size_t kind = 0; kind < kDetectors; ++kind) {
    const size_t of = kDetection + kind * kDetectorCounts;
    sound = sound && IsTimeCount(version.counts[of + kLastChangeMs]);
  }
  return sound;
}

void RecountErrorSums(const Model& model, uint64_t generation, Series* series) {
  constexpr SparseSection kSums = SparseSection::kErrorSums;
  for (Window* window : series->windows.Get()) {
    auto* ring = window->last_n();
    if (ring == nullptr) continue;
    Slot<StdAtomics>& slot = ring->slot(generation);
    SparseCounts counts;
    slot.CopyTo(kSums, &counts);
    if (!HasRoundedSquares(counts)) continue;
    WindowDelta window_delta;
    ring->ForEach([&](const Observation& o) {
      window_delta.Recount(o, 1, model.counting);
    });
    slot.Clear(kSums);
    const auto n = static_cast<int64_t>(ring->n());
    window_delta.ForEachErrorSum([&](uint32_t key, int64_t delta) {
      slot.Add(kSums, key, delta, SizeOf(kSums, n));
    });
  }
}

}  // namespace plumbline
